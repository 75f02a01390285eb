using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Reference;

/// <summary>Spikes that are bits.</summary>
public sealed partial class ReferenceBackend
{
    /// <summary>y = x</summary>
    public void Unpack(Activation spikes, Activation output, int samples)
    {
        if (!spikes.Shape.IsBits)
        {
            throw new ArgumentException("bits are expected, this activation is floats", nameof(spikes));
        }

        var x = HostActivation.Reading(spikes, samples);
        var y = new HostActivation(output);
        foreach (var at in y.Sites(samples))
            y[at] = x[at];
    }

    /// <summary>Writes the bits of the blocks in use; lanes of no sample in use become 0.</summary>
    private static void Pack(Activation floats, Activation spikes, int samples)
    {
        var s = new HostActivation(floats);
        var bits = spikes.Shape.Bits;
        var bytes = HostBuffer.BytesOf(spikes.Buffer);
        foreach (var at in s.Sites(spikes.Shape.Lanes.BlocksOf(samples) * spikes.Shape.Lanes.BlockSamples))
        {
            var mask = 1 << bits.Bit(at);
            ref var target = ref bytes[(int)bits.Byte(at)];
            target = (byte)(at.Sample < samples && s[at] != 0 ? target | mask : target & ~mask);
        }
    }
}
