using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu;

/// <summary>Lays out by columns the means over windows of bits of at most 8 lanes, in one block. A piece is a row of the pooled map, border included.</summary>
internal readonly unsafe struct PoolByColumnsJob(Activation source, ActivationShape pooled, Operand target) : IJob
{
    private readonly BitLayout bits = source.Shape.Bits;
    private readonly byte* from = source.Bits();
    private readonly int windowRows = source.Shape.Rows / pooled.Rows;
    private readonly int windowColumns = source.Shape.Columns / pooled.Columns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int piece)
    {
        var row = piece - pooled.Border;
        var (channels, columns) = (pooled.Channels, pooled.Columns);
        var (rowStride, channelStride, targetStride) = (bits.RowStride, bits.ChannelStride, target.Layout.ChannelStride);
        var x = from + bits.Offset(0, row * windowRows, 0);
        var y = target.Data + target.Layout.Offset(0, row, -pooled.Border);
        var isInside = row >= 0 && row < pooled.Rows;
        var border = pooled.Border * OperandLayout.FewLanes;
        for (var channel = 0; channel < channels; channel++, x += channelStride, y += targetStride)
        {
            new Span<byte>(y, targetStride).Clear();
            if (isInside)
            {
                Pool(x, rowStride, (float*)y + border, columns);
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
}
