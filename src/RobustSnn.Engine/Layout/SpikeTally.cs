using System.Numerics;
using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Layout;

/// <summary>
/// How often each neuron of a layer has fired, over timesteps, samples and passes: whole numbers, so that no batch size and no order changes
/// them.
/// </summary>
/// <param name="channels">Of the layer, as are rows and columns.</param>
public sealed class SpikeTally(int channels, int rows, int columns)
{
    private readonly long[] counts = new long[checked(channels * rows * columns)];
    private byte[] bytes = [];

    /// <summary>Spikes of each neuron: (channel, row, column).</summary>
    public ReadOnlySpan<long> Counts => counts;

    /// <summary>Spikes of all neurons.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            foreach (var count in counts)
            {
                total += count;
            }

            return total;
        }
    }

    /// <summary>Adds the spikes of the first <paramref name="samples"/> samples, at all timesteps.</summary>
    /// <exception cref="ArgumentException">They are of a layer of another shape.</exception>
    public void Add(Activation spikes, int samples)
    {
        var shape = spikes.Shape;
        if ((shape.Channels, shape.Rows, shape.Columns) != (channels, rows, columns))
        {
            throw new ArgumentException(
                $"spikes of {channels} × {rows} × {columns} neurons expected, found {shape.Channels} × {shape.Rows} × {shape.Columns}", nameof(spikes));
        }

        for (var block = 0; block < shape.Lanes.BlocksOf(samples); block++)
        {
            if (shape.IsBits)
            {
                AddBits(spikes, block, shape.Lanes.SamplesOf(block, samples));
            }
            else
            {
                AddFloats(spikes, block, shape.Lanes.SamplesOf(block, samples));
            }
        }
    }

    /// <summary>Adds spikes of each neuron: (channel, row, column).</summary>
    /// <exception cref="ArgumentException">They are of a layer of another size.</exception>
    public void Add(ReadOnlySpan<long> spikes)
    {
        if (spikes.Length != counts.Length)
        {
            throw new ArgumentException($"spikes of {counts.Length} neurons expected, found {spikes.Length}", nameof(spikes));
        }

        for (var neuron = 0; neuron < counts.Length; neuron++)
        {
            counts[neuron] += spikes[neuron];
        }
    }

    private void AddBits(Activation spikes, int block, int samples)
    {
        var layout = spikes.Shape.Bits;
        var words = Room<uint>(layout.BlockStride / sizeof(uint));
        spikes.Buffer.DownloadAs(words, block * words.Length);
        var block0 = MemoryMarshal.AsBytes(words);
        Span<byte> inUse = stackalloc byte[layout.PositionBytes];
        MarkInUse(layout.Lanes, samples, inUse);
        for (var row = 0; row < rows; row++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var start = (int)layout.Offset(0, row, 0) + channel * layout.ChannelStride;
                var ofRow = block0.Slice(start, columns * inUse.Length);
                var target = counts.AsSpan((channel * rows + row) * columns, columns);
                for (var column = 0; column < columns; column++)
                {
                    target[column] += Count(ofRow.Slice(column * inUse.Length, inUse.Length), inUse);
                }
            }
        }
    }

    private void AddFloats(Activation spikes, int block, int samples)
    {
        var shape = spikes.Shape;
        var values = Room<float>(shape.RowLength);
        for (var row = 0; row < rows; row++)
        {
            spikes.Buffer.Download(values, shape.Offset(block, row, 0));
            for (var column = 0; column < columns; column++)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    var lanes = values.Slice((column * channels + channel) * shape.Lanes.Width, shape.Lanes.Lanes);
                    counts[(channel * rows + row) * columns + column] += Count(lanes, shape.Lanes.BlockSamples, samples);
                }
            }
        }
    }

    /// <summary>The lanes whose samples are among the first of a block's: the others hold anything.</summary>
    private static void MarkInUse(LaneLayout lanes, int samples, Span<byte> marks)
    {
        marks.Clear();
        for (var lane = 0; lane < lanes.Lanes; lane++)
        {
            if (lane % lanes.BlockSamples < samples)
            {
                marks[lane / 8] |= (byte)(1 << (lane % 8));
            }
        }
    }

    private static int Count(ReadOnlySpan<byte> bits, ReadOnlySpan<byte> inUse)
    {
        var count = 0;
        for (var i = 0; i < bits.Length; i++)
        {
            count += BitOperations.PopCount((uint)(bits[i] & inUse[i]));
        }

        return count;
    }

    private static int Count(ReadOnlySpan<float> lanes, int blockSamples, int samples)
    {
        var count = 0;
        for (var first = 0; first < lanes.Length; first += blockSamples)
        {
            foreach (var spike in lanes.Slice(first, samples))
            {
                count += spike != 0 ? 1 : 0;
            }
        }

        return count;
    }

    private Span<T> Room<T>(long count)
        where T : unmanaged
    {
        var needed = checked((int)DeviceBuffer.SizeInBytes(count, ElementType.Float32));
        bytes = bytes.Length < needed ? new byte[needed] : bytes;
        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(0, needed));
    }
}
