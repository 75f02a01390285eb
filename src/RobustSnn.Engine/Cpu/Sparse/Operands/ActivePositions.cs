using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>
/// Reads eight timesteps of an image's small map, channel by channel: where a neuron fires at all, and what it sends at each timestep, as
/// floats. A map is at most 8 columns wide and has at most 64 positions.
/// </summary>
/// <param name="octet">Which eight timesteps.</param>
internal readonly unsafe struct ActivePositions(Operand source, int block, int octet, int rows, int columns)
{
    private readonly OperandLayout layout = source.Layout;
    private readonly byte* data = source.Data + source.Layout.Offset(block, 0, 0) + octet * source.Layout.OctetStride;
    private readonly int rows = rows;
    private readonly int columns = columns;

    /// <summary>Positions of spikes that are not silent in all eight timesteps, over all channels and octets.</summary>
    public static int Count(Activation input, int blocks)
    {
        var layout = input.Shape.Bits;
        var data = input.Bits();
        var active = 0;
        for (var block = 0; block < blocks; block++)
            for (var row = 0; row < input.Shape.Rows; row++)
            {
                active += CountBytes(data + layout.Offset(block, row, -input.Shape.Border), layout.RowStride);
            }

        return active;
    }

    /// <summary>Bit p for each position p that is not 0 at all timesteps.</summary>
    /// <param name="lanes">Receives what these send, [position][8 lanes].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Read(int channel, float* lanes)
    {
        var active = 0ul;
        var row = data + (nint)channel * layout.ChannelStride;
        for (var first = 0; first < rows * columns; first += columns, row += layout.RowStride)
        {
            active |= (layout.IsBits ? ReadBits(row, lanes + first * LaneLayout.FewLanes) : ReadFloats(row, lanes + first * LaneLayout.FewLanes))
                << first;
        }

        return active;
    }

    /// <summary>Bytes that are not 0: eight timesteps of a position are a byte, the border's are 0.</summary>
    private static int CountBytes(byte* at, int length)
    {
        var zeros = 0;
        var i = 0;
        for (; i + Vector512<byte>.Count <= length; i += Vector512<byte>.Count)
        {
            zeros += BitOperations.PopCount(Vector512.Equals(Vector512.Load(at + i), Vector512<byte>.Zero).ExtractMostSignificantBits());
        }

        for (; i < length; i++)
        {
            zeros += at[i] == 0 ? 1 : 0;
        }

        return length - zeros;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ReadBits(byte* row, float* lanes)
    {
        var selectors = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        var stride = layout.ColumnStride;
        var bytes = stride == 1 ? *(ulong*)row & ulong.MaxValue >> (LaneBits.InByte * (sizeof(ulong) - columns)) : Gather(row, stride);
        var active = 0ul;
        while (bytes != 0)
        {
            var column = BitOperations.TrailingZeroCount(bytes) / LaneBits.InByte;
            var fires = Vector256.Equals(Vector256.Create((int)row[column * stride]) & selectors, selectors).AsSingle();
            (fires & Vector256<float>.One).Store(lanes + column * LaneLayout.FewLanes);
            bytes &= ~((ulong)byte.MaxValue << (column * LaneBits.InByte));
            active |= 1ul << column;
        }

        return active;
    }

    /// <summary>A byte of every column, side by side.</summary>
    private ulong Gather(byte* row, int stride)
    {
        var bytes = 0ul;
        for (var column = columns - 1; column >= 0; column--)
        {
            bytes = bytes << LaneBits.InByte | row[column * stride];
        }

        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ReadFloats(byte* row, float* lanes)
    {
        var active = 0ul;
        for (var column = 0; column < columns; column++, row += layout.ColumnStride)
        {
            var x = Vector256.Load((float*)row);
            x.Store(lanes + column * LaneLayout.FewLanes);
            active |= Vector256.EqualsAll(x, Vector256<float>.Zero) ? 0 : 1ul << column;
        }

        return active;
    }
}
