using System.Numerics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Layout;

/// <summary>
/// Spikes or counts of a batch, eight timesteps at a time: [octet][image][row][channel][column], framed by zeros. A position is one byte of spikes, bit t for
/// step t, or eight bytes of counts, a byte a step.
/// </summary>
internal sealed unsafe class LaneMap
{
    /// <summary>Timesteps of an octet.</summary>
    public const int OctetSteps = 8;

    /// <summary>Bytes of a position's counts.</summary>
    public const int CountBytes = 8;

    private const int Slack = 64; // a word may be read across the last row's end

    private readonly NativeBuffer memory;

    /// <param name="border">Width of the frame, in positions.</param>
    /// <param name="positionBytes">1 for spikes, <see cref="CountBytes"/> for counts.</param>
    public LaneMap(NativeHeap heap, Shape shape, int border, int timesteps, int batch, int positionBytes)
    {
        (Shape, Border, PositionBytes) = (shape, border, positionBytes);
        Octets = (timesteps + OctetSteps - 1) / OctetSteps;
        ChannelStride = checked((shape.Columns + 2 * border) * positionBytes);
        RowStride = checked(shape.Channels * ChannelStride);
        ImageStride = checked((shape.Rows + 2 * border) * RowStride);
        OctetStride = (long)batch * ImageStride;
        memory = heap.AllocateBytes(checked(Octets * OctetStride + Slack));
        Data = memory.Memory;
    }

    public Shape Shape { get; }

    public int Border { get; }

    public int PositionBytes { get; }

    public int Octets { get; }

    public int ChannelStride { get; }

    public int RowStride { get; }

    public int ImageStride { get; }

    public long OctetStride { get; }

    /// <summary>The first byte of octet 0.</summary>
    public byte* Data { get; }

    /// <summary>Of channel 0 at a position; row and column count from 0 inside the frame and may reach into it.</summary>
    public long Offset(int image, int row, int column) =>
        (long)image * ImageStride + (long)(row + Border) * RowStride + (column + Border) * PositionBytes;

    /// <summary>Adds the spikes of each neuron in the first so many images, over all timesteps.</summary>
    /// <param name="counts">(channel, row, column)</param>
    public void AddSpikes(int images, Span<long> counts)
    {
        for (var octet = 0; octet < Octets; octet++)
            for (var image = 0; image < images; image++)
                for (var row = 0; row < Shape.Rows; row++)
                    for (var channel = 0; channel < Shape.Channels; channel++)
                    {
                        var from = Data + octet * OctetStride + Offset(image, row, 0) + channel * ChannelStride;
                        var to = counts.Slice((channel * Shape.Rows + row) * Shape.Columns, Shape.Columns);
                        for (var column = 0; column < to.Length; column++)
                        {
                            to[column] += BitOperations.PopCount(from[column]);
                        }
                    }
    }

    /// <summary>Spikes of the first so many images, over all timesteps.</summary>
    public long CountSpikes(int images)
    {
        var count = 0L;
        for (var each = 0; each < Octets * images; each++)
        {
            var (octet, image) = Math.DivRem(each, images);
            var bytes = new ReadOnlySpan<byte>(Data + octet * OctetStride + (long)image * ImageStride, ImageStride);
            var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes);
            foreach (var word in words)
            {
                count += BitOperations.PopCount(word);
            }

            foreach (var last in bytes[(words.Length * sizeof(ulong))..])
            {
                count += BitOperations.PopCount(last);
            }
        }

        return count;
    }
}
