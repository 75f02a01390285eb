using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract;

/// <summary>
/// An operand of bits on one backend: of the samples in use drawn, and so, as garbage, behind them in an input's last block, and in whole
/// blocks behind. Lanes that no sample has, and borders, are 0.
/// </summary>
internal sealed class BitOperand
{
    /// <summary>Of what fires, where nothing else is asked for.</summary>
    public const double Rate = 0.4;

    private readonly string? name;
    private readonly int samples;
    private readonly ActivationShape shape;
    private readonly byte[] before;

    /// <param name="name">Null for what the operation only reads.</param>
    /// <param name="draw">Whether a lane fires.</param>
    public BitOperand(string? name, ActivationShape shape, int samples, IBackend backend, Func<bool> draw)
    {
        this.name = name;
        this.shape = shape;
        this.samples = samples;
        Buffer = backend.Allocate(shape.Length);
        before = new byte[shape.Length * sizeof(float)];
        for (var block = 0; block < shape.Lanes.Blocks; block++)
        {
            foreach (var (index, mask, _) in Lanes(block))
            {
                if (draw())
                    before[index] |= mask;
            }
        }

        Buffer.Upload(MemoryMarshal.Cast<byte, float>(before));
    }

    public DeviceBuffer Buffer { get; }

    /// <summary>Gives the bits of the samples in use, and what changed elsewhere.</summary>
    public void Finish(Dictionary<string, double[]> outputs, List<string> damage)
    {
        var after = MemoryMarshal.AsBytes(Buffer.ToArray().AsSpan()).ToArray();
        var expected = (byte[])before.Clone();
        var values = new List<double>();
        for (var block = 0; name is not null && block < shape.Lanes.BlocksOf(samples); block++)
        {
            foreach (var (index, mask, inUse) in Lanes(block))
            {
                expected[index] &= (byte)~mask;
                if (!inUse)
                    continue;
                expected[index] |= (byte)(after[index] & mask);
                values.Add((after[index] & mask) == 0 ? 0 : 1);
            }
        }

        for (var i = 0; i < after.Length; i++)
        {
            if (after[i] != expected[i])
                damage.Add($"{name ?? "an input"}: byte {i} of bits was {before[i]:X2}, should be {expected[i]:X2}, is {after[i]:X2}");
        }

        if (name is not null)
            outputs.Add(name, [.. values]);
    }

    /// <summary>The lanes of a block that a sample of the batch, or of the last block's rest, has.</summary>
    private IEnumerable<(int Index, byte Mask, bool InUse)> Lanes(int block)
    {
        var bits = shape.Bits;
        for (var row = 0; row < shape.Rows; row++)
            for (var channel = 0; channel < shape.Channels; channel++)
                for (var column = 0; column < shape.Columns; column++)
                    for (var lane = 0; lane < shape.Lanes.Lanes; lane++)
                    {
                        yield return ((int)(bits.Offset(block, row, column) + channel * bits.ChannelStride + lane / 8), (byte)(1 << lane % 8),
                            lane % shape.Lanes.BlockSamples < shape.Lanes.SamplesOf(block, samples));
                    }
    }
}
