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

    /// <summary>Spikes of the first so many images, over all timesteps.</summary>
    public long CountSpikes(int images)
    {
        var count = 0L;
        for (var octet = 0; octet < Octets; octet++)
        {
            var bytes = new ReadOnlySpan<byte>(Data + octet * OctetStride, images * ImageStride);
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
