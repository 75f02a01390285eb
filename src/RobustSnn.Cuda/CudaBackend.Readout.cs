using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>From scores at every timestep to logits (native/kernels/readout.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<ReadoutArguments> ReadoutKernel => field ??= kernels.Load<ReadoutArguments>("readout", "readout");

    private Kernel<ReadoutGradientArguments> ReadoutGradientKernel => field ??= kernels.Load<ReadoutGradientArguments>("readout", "readoutGradient");

    public void Readout(Activation scores, DeviceBuffer logits, int samples)
    {
        using var turn = TakeTurn();
        var count = (long)samples * scores.Shape.Channels;
        ReadoutKernel.Launch(LaunchSize.Flat(count), new ReadoutArguments(ActivationView.OfFloats(scores), Changing(logits, count), (uint)samples));
    }

    public void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples)
    {
        using var turn = TakeTurn();
        var shape = scoreGradient.Shape;
        ReadoutGradientKernel.Launch(
            LaunchSize.OfRows(shape, samples, shape.RowLength),
            new ReadoutGradientArguments(Reading(logitGradient, (long)samples * shape.Channels), ActivationView.OfFloats(scoreGradient),
                LaunchSize.RowCount(shape, samples), (uint)samples));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ReadoutArguments(ActivationView Scores, ulong Logits, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ReadoutGradientArguments(ulong LogitGradient, ActivationView ScoreGradient, uint Rows, uint Samples);
}
