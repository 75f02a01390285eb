using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>
/// Lays out by columns the means over windows of bits of at most 8 lanes, or of one image by octets, inside a border that holds zeros already.
/// A piece is a row of a block of the pooled map.
/// </summary>
internal readonly unsafe struct PoolByColumnsJob(Activation source, ActivationShape pooled, Operand target) : IJob
{
    private readonly BitLayout bits = source.Shape.Bits;
    private readonly byte* from = source.Bits();
    private readonly int windowRows = source.Shape.Rows / pooled.Rows;
    private readonly int windowColumns = source.Shape.Columns / pooled.Columns;

    private readonly int octets = Math.Max(1, OperandLayout.Octets(source.Shape.Lanes));

    private readonly bool isTwoByTwo = Avx2.IsSupported && source.Shape.Rows == 2 * pooled.Rows && source.Shape.Columns == 2 * pooled.Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, pooled.Rows);
        var (channels, columns) = (pooled.Channels, pooled.Columns);
        var (rowStride, channelStride, targetStride) = (bits.RowStride, bits.ChannelStride, target.Layout.ChannelStride);
        for (var octet = 0; octet < octets; octet++)
        {
            var x = from + bits.Offset(block, row * windowRows, 0) + octet;
            var y = target.Data + target.Layout.Offset(block, row, 0) + octet * target.Layout.OctetStride;
            for (var channel = 0; channel < channels; channel++, x += channelStride, y += targetStride)
            {
                if (!isTwoByTwo)
                {
                    Pool(x, rowStride, (float*)y, columns);
                }
                else if (octets == 1)
                {
                    PoolFours(x, rowStride, (float*)y, columns);
                }
                else
                {
                    PoolFours(x, bits.PositionBytes, rowStride, (float*)y, columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Pool(byte* x, int rowStride, float* y, int columns)
    {
        var lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        var share = Vector256.Create(1f / (windowRows * windowColumns));
        var (height, width, step) = (windowRows, windowColumns, bits.PositionBytes);
        for (var column = 0; column < columns; column++, x += width * step, y += OperandLayout.FewLanes)
        {
            var sum = Vector256<int>.Zero;
            for (var r = 0; r < height; r++)
                for (var c = 0; c < width; c++)
                {
                    sum -= Vector256.Equals(Vector256.Create((int)x[r * rowStride + c * step]) & lanes, lanes); // −1 where it fires
                }

            (Vector256.ConvertToSingle(sum) * share).Store(y);
        }
    }

    /// <summary>The same of windows of 2 × 2: a word's four bytes, whose bits of a timestep are added in one go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PoolFours(byte* x, int rowStride, float* y, int columns)
    {
        for (var end = x + 2 * columns; x < end; x += 2, y += OperandLayout.FewLanes)
        {
            PoolFour(*(ushort*)x | (uint)*(ushort*)(x + rowStride) << 16).Store(y);
        }
    }

    /// <summary>The same where positions are several bytes, of which one is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PoolFours(byte* x, int step, int rowStride, float* y, int columns)
    {
        for (var column = 0; column < columns; column++, x += 2 * step, y += OperandLayout.FewLanes)
        {
            var below = x + rowStride;
            PoolFour(*x | (uint)x[step] << 8 | (uint)*below << 16 | (uint)below[step] << 24).Store(y);
        }
    }

    /// <param name="bytes">Four positions' eight timesteps.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PoolFour(uint bytes)
    {
        var steps = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        var lowest = Vector256.Create((byte)1);
        var fires = Avx2.ShiftRightLogicalVariable(Vector256.Create(bytes), steps).AsByte() & lowest;
        var sum = Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(fires, lowest.AsSByte()), Vector256.Create((short)1));
        return Vector256.ConvertToSingle(sum) * 0.25f;
    }
}
