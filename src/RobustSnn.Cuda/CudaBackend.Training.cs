using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>The optimiser (native/kernels/training.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<SgdArguments> SgdStepKernel => field ??= kernels.Load<SgdArguments>("training", "sgdStep");

    public void SgdStep(DeviceBuffer value, DeviceBuffer gradient, DeviceBuffer velocity, float learningRate, float momentum, float weightDecay)
    {
        using var turn = TakeTurn();
        var length = value.Length;
        SgdStepKernel.Launch(
            LaunchSize.Flat(length),
            new SgdArguments(Changing(value, length), Reading(gradient, length), Changing(velocity, length), (ulong)length, learningRate, momentum,
                weightDecay));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SgdArguments(
        ulong Value, ulong Gradient, ulong Velocity, ulong Length, float LearningRate, float Momentum, float WeightDecay);
}
