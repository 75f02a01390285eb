using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Connections;

/// <summary>Where a weight of (output, input, kernel row, kernel column) is in another order; native/kernels/dense.cu has the same fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WeightOrder(
    int Inputs, int KernelRows, int KernelColumns, int First, int OfOutput, int OfInput, int OfRow, int OfColumn)
{
    /// <summary>(output, kernel row, kernel column, input): what one output adds up of a kernel row lies as the inputs at a position do.</summary>
    public static WeightOrder ByOutputs(ConvolutionGeometry g) => new(
        g.Inputs, g.KernelRows, g.KernelColumns, 0,
        OfOutput: g.Inputs * g.Taps, OfInput: 1, OfRow: g.Inputs * g.KernelColumns, OfColumn: g.Inputs);

    /// <summary>
    /// (input, kernel row, kernel column from the last to the first, output): what one input's gradient adds up of a kernel row lies as the
    /// outputs' gradients do.
    /// </summary>
    public static WeightOrder ByInputs(ConvolutionGeometry g) => new(
        g.Inputs, g.KernelRows, g.KernelColumns, (g.KernelColumns - 1) * g.Outputs,
        OfOutput: 1, OfInput: g.Outputs * g.Taps, OfRow: g.Outputs * g.KernelColumns, OfColumn: -g.Outputs);
}
