using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>What an element-wise operation does to one vector: the whole of its arithmetic.</summary>
internal interface IElementOperator
{
    /// <param name="x">From the first operand.</param>
    /// <param name="y">From the second operand.</param>
    /// <param name="old">What the target held.</param>
    Vector512<float> Invoke(Vector512<float> x, Vector512<float> y, Vector512<float> old);
}

/// <summary>target = operator(first, second, target) over the rows of the blocks in use; borders are not touched. In place.</summary>
internal readonly unsafe struct RowJob<TOperator>(Activation first, Activation second, Activation target, TOperator op) : IJob
    where TOperator : struct, IElementOperator
{
    private readonly ActivationShape firstShape = first.Shape;
    private readonly ActivationShape secondShape = second.Shape;
    private readonly ActivationShape targetShape = target.Shape;
    private readonly float* firstData = first.Floats();
    private readonly float* secondData = second.Floats();
    private readonly float* targetData = target.Floats();

    public void Execute(int piece)
    {
        var (block, row) = Math.DivRem(piece, targetShape.Rows);
        var x = firstData + firstShape.Offset(block, row, 0);
        var y = secondData + secondShape.Offset(block, row, 0);
        var z = targetData + targetShape.Offset(block, row, 0);
        var length = targetShape.RowLength; // a multiple of a vector
        for (var i = 0; i < length; i += LaneLayout.VectorLanes)
        {
            op.Invoke(Vector512.Load(x + i), Vector512.Load(y + i), Vector512.Load(z + i)).Store(z + i);
        }
    }
}

/// <summary>Which lanes of a block stand for a sample in use.</summary>
internal static unsafe class LaneMask
{
    /// <summary>Writes 1 for each lane in use and 0 for the others, over the block's whole width.</summary>
    public static void Write(LaneLayout lanes, int block, int samples, float* mask)
    {
        var used = lanes.SamplesOf(block, samples);
        for (var lane = 0; lane < lanes.Width; lane++)
        {
            mask[lane] = lane < lanes.Lanes && lane % lanes.BlockSamples < used ? 1f : 0f;
        }
    }

    /// <summary>Writes 1 for each lane in use and 0 for the others, as bits, over the bytes of a position.</summary>
    /// <param name="used">Samples of the block in use.</param>
    public static void WriteBits(LaneLayout lanes, int used, byte* mask, int bytes)
    {
        new Span<byte>(mask, bytes).Clear();
        for (var step = 0; step < lanes.Steps; step++)
        {
            for (var sample = 0; sample < used; sample++)
            {
                var lane = step * lanes.BlockSamples + sample;
                mask[lane / LaneBits.InByte] |= (byte)(1 << (lane % LaneBits.InByte));
            }
        }
    }

    /// <summary>Sets to 0 what lies behind the lanes of a channel, up to the block's width: gradients are zero there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ClearSpare(LaneLayout lanes, float* channel)
    {
        for (var lane = lanes.Lanes; lane < lanes.Width; lane++)
        {
            channel[lane] = 0;
        }
    }
}
