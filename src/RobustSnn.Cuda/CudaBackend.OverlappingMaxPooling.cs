using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>The largest of windows that may overlap and reach beyond the edge (native/kernels/overlappingMaxPool.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<OverlappingMaxPoolArguments> OverlappingMaxPoolKernel =>
        field ??= kernels.Load<OverlappingMaxPoolArguments>("overlappingMaxPool", "overlappingMaxPool");

    private Kernel<OverlappingMaxPoolGradientArguments> OverlappingMaxPoolGradientKernel =>
        field ??= kernels.Load<OverlappingMaxPoolGradientArguments>("overlappingMaxPool", "overlappingMaxPoolGradient");

    public void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        OverlappingMaxPoolKernel.Launch(
            LaunchSize.OfFours(output.Shape, samples),
            new OverlappingMaxPoolArguments(ActivationView.OfFloats(input), ActivationView.OfFloats(output),
                window.Size, window.Stride, window.Padding, LaunchSize.RowCount(output.Shape, samples)));
    }

    public void OverlappingMaxPoolGradient(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        OverlappingMaxPoolGradientKernel.Launch(
            LaunchSize.OfFours(inputGradient.Shape, samples),
            new OverlappingMaxPoolGradientArguments(
                ActivationView.OfFloats(input), ActivationView.OfFloats(outputGradient), ActivationView.OfFloats(inputGradient),
                window.Size, window.Stride, window.Padding, LaunchSize.RowCount(inputGradient.Shape, samples), accumulate ? 1 : 0));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct OverlappingMaxPoolArguments(
        ActivationView Input, ActivationView Output, int Size, int Stride, int Padding, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct OverlappingMaxPoolGradientArguments(
        ActivationView Input, ActivationView OutputGradient, ActivationView InputGradient, int Size, int Stride, int Padding, uint Rows, int Accumulate);
}
