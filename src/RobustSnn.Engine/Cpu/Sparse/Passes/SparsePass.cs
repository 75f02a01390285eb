using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Cpu.Sparse.Operands;

namespace RobustSnn.Engine.Cpu.Sparse.Passes;

/// <summary>A pass over a sparse layer, to be run with the vectors and the operand that its layout asks for.</summary>
internal interface ISparsePass
{
    void Run<TLanes, TOperand>(Workers workers)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>;
}

/// <summary>The one place where a vector width becomes a type.</summary>
internal static class SparsePass
{
    /// <param name="pass">What to run.</param>
    /// <param name="layout">Of what it reads.</param>
    /// <param name="gather">How it reads it.</param>
    /// <param name="widest">Vectors that the backend uses.</param>
    /// <param name="workers">On which threads.</param>
    /// <returns>The vectors that were used.</returns>
    public static VectorWidth Run<TPass>(TPass pass, OperandLayout layout, GatherClass gather, VectorWidth widest, Workers workers)
        where TPass : struct, ISparsePass
    {
        var width = (VectorWidth)Routes.VectorFloats(gather, layout.IsBits, layout.PositionLanes, layout.Lanes, (int)widest);
        switch (width, layout.IsBits)
        {
            case (VectorWidth.Bits512, true):
                pass.Run<Lanes512, BitOperand<Lanes512>>(workers);
                break;
            case (VectorWidth.Bits512, false):
                pass.Run<Lanes512, FloatOperand<Lanes512>>(workers);
                break;
            case (VectorWidth.Bits256, true):
                pass.Run<Lanes256, BitOperand<Lanes256>>(workers);
                break;
            case (VectorWidth.Bits256, false):
                pass.Run<Lanes256, FloatOperand<Lanes256>>(workers);
                break;
            case (_, true):
                pass.Run<Lanes128, BitOperand<Lanes128>>(workers);
                break;
            default:
                pass.Run<Lanes128, FloatOperand<Lanes128>>(workers);
                break;
        }

        return width;
    }
}
