using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>The learned sum of two values (native/kernels/weightedSum.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<WeightedSumArguments> WeightedSumKernel => field ??= kernels.Load<WeightedSumArguments>("weightedSum", "weightedSum");

    private Kernel<WeightedSumArguments> WeightedSumMixedKernel => field ??= kernels.Load<WeightedSumArguments>("weightedSum", "weightedSumMixed");

    private Kernel<WeightedSumGradientArguments> WeightedSumGradientKernel =>
        field ??= kernels.Load<WeightedSumGradientArguments>("weightedSum", "weightedSumGradient");

    private Kernel<WeightedSumGradientArguments> WeightedSumStaticGradientKernel =>
        field ??= kernels.Load<WeightedSumGradientArguments>("weightedSum", "weightedSumStaticGradient");

    private Kernel<WeightedSumCoefficientGradientArguments> WeightedSumCoefficientGradientKernel =>
        field ??= kernels.Load<WeightedSumCoefficientGradientArguments>("weightedSum", "weightedSumCoefficientGradient");

    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var shape = output.Shape;
        var areAlike = !first.Shape.IsBits && !second.Shape.IsBits && first.Shape.Lanes == shape.Lanes && second.Shape.Lanes == shape.Lanes;
        var kernel = areAlike ? WeightedSumKernel : WeightedSumMixedKernel;
        kernel.Launch(
            LaunchSize.OfFours(shape, samples),
            new WeightedSumArguments(new ActivationView(first), new ActivationView(second), Reading(coefficients, 2), ActivationView.OfFloats(output),
                LaunchSize.RowCount(shape, samples)));
    }

    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples)
    {
        using var turn = TakeTurn();
        var shape = inputGradient.Shape;
        var arguments = new WeightedSumGradientArguments(
            ActivationView.OfFloats(outputGradient), Element(Reading(coefficients, index + 1L), index), ActivationView.OfFloats(inputGradient),
            LaunchSize.RowCount(shape, samples), accumulate ? 1 : 0);
        if (shape.Lanes.Steps == outputGradient.Shape.Lanes.Steps)
        {
            WeightedSumGradientKernel.Launch(LaunchSize.OfFours(shape, samples), arguments);
        }
        else
        {
            WeightedSumStaticGradientKernel.Launch(LaunchSize.OfRows(shape, samples, shape.RowLength), arguments);
        }
    }

    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index,
        int samples)
    {
        using var turn = TakeTurn();
        var size = LaunchSize.OfSum(outputGradient.Shape, samples);
        var partial = scratch.Take(SumBytes);
        WeightedSumCoefficientGradientKernel.Launch(size, new WeightedSumCoefficientGradientArguments(
            new ActivationView(input), ActivationView.OfFloats(outputGradient), partial, LaunchSize.RowCount(outputGradient.Shape, samples)));
        AddSumKernel.Launch(
            LaunchSize.Flat(1), new SumOfPartialsArguments(partial, Element(Changing(coefficientGradient, index + 1L), index), size.X * size.Y));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct WeightedSumArguments(
        ActivationView First, ActivationView Second, ulong Coefficients, ActivationView Output, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct WeightedSumGradientArguments(
        ActivationView OutputGradient, ulong Coefficient, ActivationView InputGradient, uint Rows, int Accumulate);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct WeightedSumCoefficientGradientArguments(
        ActivationView Input, ActivationView OutputGradient, ulong Partial, uint Rows);
}
