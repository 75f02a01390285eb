using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda;

/// <summary>APGD's bookkeeping (native/kernels/progress.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<TrackLossesArguments> TrackLossesKernel => field ??= kernels.Load<TrackLossesArguments>("progress", "trackLosses");

    private Kernel<HalveStepsArguments> HalveStepsKernel => field ??= kernels.Load<HalveStepsArguments>("progress", "halveSteps");

    public void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples)
    {
        using var turn = TakeTurn();
        var remembered = new ProgressView(Changing(progress.Previous, samples), Changing(progress.Best, samples), Changing(progress.Improved, samples),
            Changing(progress.Rises, samples), Reading(progress.BestAtCheckpoint, samples), Reading(progress.Halved, samples));
        TrackLossesKernel.Launch(LaunchSize.Flat(samples), new TrackLossesArguments(remembered, Reading(losses, samples), (uint)samples));
    }

    public void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples)
    {
        using var turn = TakeTurn();
        var remembered = new ProgressView(Reading(progress.Previous, samples), Reading(progress.Best, samples), Reading(progress.Improved, samples),
            Changing(progress.Rises, samples), Changing(progress.BestAtCheckpoint, samples), Changing(progress.Halved, samples));
        HalveStepsKernel.Launch(
            LaunchSize.Flat(samples),
            new HalveStepsArguments(remembered, Reading(intervals, samples), Changing(steps, samples), Changing(halvedNow, samples), (uint)samples));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ProgressView(ulong Previous, ulong Best, ulong Improved, ulong Rises, ulong BestAtCheckpoint, ulong Halved);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TrackLossesArguments(ProgressView Progress, ulong Losses, uint Samples);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct HalveStepsArguments(ProgressView Progress, ulong Intervals, ulong Steps, ulong HalvedNow, uint Samples);
}
