using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Means over windows (native/kernels/averagePool.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<AveragePoolArguments> AveragePoolKernel => field ??= kernels.Load<AveragePoolArguments>("averagePool", "averagePool");

    private Kernel<AveragePoolArguments> AveragePoolBitsKernel => field ??= kernels.Load<AveragePoolArguments>("averagePool", "averagePoolBits");

    private Kernel<AveragePoolGradientArguments> AveragePoolGradientKernel =>
        field ??= kernels.Load<AveragePoolGradientArguments>("averagePool", "averagePoolGradient");

    public void AveragePool(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var kernel = input.Shape.IsBits ? AveragePoolBitsKernel : AveragePoolKernel;
        kernel.Launch(
            LaunchSize.OfFours(output.Shape, samples),
            new AveragePoolArguments(new ActivationView(input), ActivationView.OfFloats(output), LaunchSize.RowCount(output.Shape, samples)));
    }

    public void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        AveragePoolGradientKernel.Launch(
            LaunchSize.OfFours(inputGradient.Shape, samples),
            new AveragePoolGradientArguments(ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient),
                LaunchSize.RowCount(inputGradient.Shape, samples), accumulate ? 1 : 0));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AveragePoolArguments(ActivationView Input, ActivationView Output, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AveragePoolGradientArguments(
        ActivationView OutputGradient, ActivationView InputGradient, uint Rows, int Accumulate);
}
