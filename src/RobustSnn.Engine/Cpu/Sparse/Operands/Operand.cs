using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>What a sparse kernel reads.</summary>
/// <param name="isStatic">Whether it is the same at every timestep.</param>
internal readonly unsafe struct Operand(OperandLayout layout, byte* data, bool isStatic)
{
    public readonly OperandLayout Layout = layout;
    public readonly byte* Data = data;
    public readonly bool IsStatic = isStatic;

    public static Operand Of(Activation activation) => new(OperandLayout.Of(activation.Shape),
        ((NativeBuffer)activation.Buffer).Memory, activation.Shape.Lanes.Steps == 1);
}
