using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>
/// Lays out by columns the means over windows of bits of at most 8 lanes, inside a border that holds zeros already. A piece is a row of a block
/// of the pooled map.
/// </summary>
internal readonly unsafe struct PoolByColumnsJob(Activation source, ActivationShape pooled, Operand target) : IJob
{
    private readonly BitLayout bits = source.Shape.Bits;
    private readonly byte* from = source.Bits();
    private readonly int windowRows = source.Shape.Rows / pooled.Rows;
    private readonly int windowColumns = source.Shape.Columns / pooled.Columns;

    private readonly bool isTwoByTwo = Avx2.IsSupported && source.Shape.Rows == 2 * pooled.Rows && source.Shape.Columns == 2 * pooled.Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, pooled.Rows);
        var (channels, columns) = (pooled.Channels, pooled.Columns);
        var (rowStride, channelStride, targetStride) = (bits.RowStride, bits.ChannelStride, target.Layout.ChannelStride);
        var x = from + bits.Offset(block, row * windowRows, 0);
        var y = target.Data + target.Layout.Offset(block, row, 0);
        for (var channel = 0; channel < channels; channel++, x += channelStride, y += targetStride)
        {
            if (isTwoByTwo)
            {
                PoolFours(x, rowStride, (float*)y, columns);
            }
            else
            {
                Pool(x, rowStride, (float*)y, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Pool(byte* x, int rowStride, float* y, int columns)
    {
        var lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        var share = Vector256.Create(1f / (windowRows * windowColumns));
        var (height, width) = (windowRows, windowColumns);
        for (var column = 0; column < columns; column++, x += width, y += OperandLayout.FewLanes)
        {
            var sum = Vector256<int>.Zero;
            for (var r = 0; r < height; r++)
                for (var c = 0; c < width; c++)
                {
                    sum -= Vector256.Equals(Vector256.Create((int)x[r * rowStride + c]) & lanes, lanes); // −1 where it fires
                }

            (Vector256.ConvertToSingle(sum) * share).Store(y);
        }
    }

    /// <summary>The same of windows of 2 × 2: a word's four bytes, whose bits of a timestep are added in one go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PoolFours(byte* x, int rowStride, float* y, int columns)
    {
        var steps = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        var lowest = Vector256.Create((byte)1);
        var ones = Vector256.Create((short)1);
        var share = Vector256.Create(0.25f);
        for (var end = x + 2 * columns; x < end; x += 2, y += OperandLayout.FewLanes)
        {
            var window = Vector256.Create(*(ushort*)x | (uint)*(ushort*)(x + rowStride) << 16);
            var fires = Avx2.ShiftRightLogicalVariable(window, steps).AsByte() & lowest;
            var sum = Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(fires, lowest.AsSByte()), ones);
            (Vector256.ConvertToSingle(sum) * share).Store(y);
        }
    }
}
