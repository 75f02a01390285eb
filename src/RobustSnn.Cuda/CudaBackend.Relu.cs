using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>ReLU (native/kernels/relu.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<ReluArguments> ReluKernel => field ??= kernels.Load<ReluArguments>("relu", "relu");

    private Kernel<ReluGradientArguments> ReluGradientKernel => field ??= kernels.Load<ReluGradientArguments>("relu", "reluGradient");

    public void Relu(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        ReluKernel.Launch(
            LaunchSize.OfFours(output.Shape, samples),
            new ReluArguments(ActivationView.OfFloats(input), ActivationView.OfFloats(output), LaunchSize.RowCount(output.Shape, samples)));
    }

    public void ReluGradient(Activation output, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        ReluGradientKernel.Launch(
            LaunchSize.OfFours(output.Shape, samples),
            new ReluGradientArguments(ActivationView.OfFloats(output), ActivationView.OfFloats(outputGradient),
                ActivationView.OfFloats(inputGradient), LaunchSize.RowCount(output.Shape, samples), accumulate ? 1 : 0));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ReluArguments(ActivationView Input, ActivationView Output, uint Rows);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ReluGradientArguments(
        ActivationView Output, ActivationView OutputGradient, ActivationView InputGradient, uint Rows, int Accumulate);
}
