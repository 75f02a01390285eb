using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// BatchNorm and neuron of one row of one block of 16 samples, forward, to bits: what <see cref="NeuronJob{TCurrent, TSpikes}"/> does, for the
/// blocks that training and evaluation consist of, with nothing in the loop but the neuron.
/// </summary>
/// <param name="factors">Two a channel: the current is factor·x + shift.</param>
internal readonly unsafe struct FullBlockFireJob(NeuronModel neuron, float threshold, float* factors, Activation input, Activation spikes, int samples) : IJob
{
    private const int Vector = LaneLayout.VectorLanes;

    private readonly float leak = (float)neuron.Leak;
    private readonly bool soft = neuron.Reset.IsSoft;
    private readonly ActivationShape shape = input.Shape;
    private readonly BitLayout bits = spikes.Shape.Bits;
    private readonly float* source = input.Floats();
    private readonly byte* target = spikes.Bits();

    /// <summary>Whether the job can do it: 16 samples a block.</summary>
    public static bool Takes(Activation spikes) => spikes.Shape.IsBits && spikes.Shape.Lanes.BlockSamples == Vector;

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, shape.Rows);
        var x = source + shape.Offset(block, row, 0);
        var line = target + bits.Offset(block, row, 0);
        var steps = bits.Lanes.Steps;
        var stride = shape.Lanes.Steps == 1 ? 0 : Vector;
        var (width, channels) = (shape.Lanes.Width, shape.Channels);
        var used = (ulong)LaneBits.Lowest(bits.Lanes.SamplesOf(block, samples)); // nobody else's neurons fire
        var v = Vector512.Create(threshold);
        for (var column = 0; column < shape.Columns; column++)
        {
            var to = (ushort*)(line + column * bits.PositionBytes);
            for (var channel = 0; channel < channels; channel++, x += width, to = (ushort*)((byte*)to + bits.ChannelStride))
            {
                var factor = Vector512.Create(factors[2 * channel]);
                var shift = Vector512.Create(factors[2 * channel + 1]);
                if (soft || leak != 1)
                {
                    General(x, stride, factor, shift, v, to, steps, used);
                }
                else
                {
                    HardReset(x, stride, factor, shift, v, to, steps, used);
                }
            }
        }
    }

    /// <summary>Integrate and fire with a hard reset, the default.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HardReset(float* x, int stride, Vector512<float> factor, Vector512<float> shift, Vector512<float> v, ushort* to, int steps,
        ulong used)
    {
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++, x += stride)
        {
            u += Vector512.MultiplyAddEstimate(Vector512.Load(x), factor, shift);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            to[t] = (ushort)(fires.ExtractMostSignificantBits() & used);
            u = Vector512.ConditionalSelect(fires, Vector512<float>.Zero, u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void General(float* x, int stride, Vector512<float> factor, Vector512<float> shift, Vector512<float> v, ushort* to, int steps,
        ulong used)
    {
        var u = Vector512<float>.Zero;
        for (var t = 0; t < steps; t++, x += stride)
        {
            u = u * leak + Vector512.MultiplyAddEstimate(Vector512.Load(x), factor, shift);
            var fires = Vector512.GreaterThanOrEqual(u, v);
            to[t] = (ushort)(fires.ExtractMostSignificantBits() & used);
            u = Vector512.ConditionalSelect(fires, soft ? u - v : Vector512<float>.Zero, u);
        }
    }
}
