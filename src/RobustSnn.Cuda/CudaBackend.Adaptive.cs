using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda;

/// <summary>Surrogates that adapt (native/kernels/adaptive.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<SharpnessArguments> AdaptSharpnessKernel => field ??= kernels.Load<SharpnessArguments>("adaptive", "adaptSharpness");

    private Kernel<PotentialArguments> PotentialSlopesKernel => field ??= kernels.Load<PotentialArguments>("adaptive", "potentialSlopes");

    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation, Activation slopes,
        bool learns, int samples)
    {
        using var turn = TakeTurn();
        var walk = ChannelWalk.ByLanes(membrane.Shape, samples);
        AdaptSharpnessKernel.Launch(walk.Size(membrane.Shape), new SharpnessArguments(
            ActivationView.OfFloats(membrane), ActivationView.OfFloats(mean), ActivationView.OfFloats(deviation), ActivationView.OfFloats(slopes),
            Thresholds(threshold, membrane.Shape.Channels), walk, scale, learns ? 1 : 0));
    }

    public void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples)
    {
        using var turn = TakeTurn();
        var lanes = membrane.Shape.Lanes;
        var lots = checked((uint)(lanes.BlocksOf(samples) * ((lanes.BlockSamples + WarpLanes - 1) / WarpLanes)));
        PotentialSlopesKernel.Launch(
            new LaunchSize((uint)membrane.Shape.Channels, Math.Clamp(lots, 1, LaunchSize.MostRows)),
            new PotentialArguments(ActivationView.OfFloats(membrane), ActivationView.OfFloats(slopes),
                Thresholds(threshold, membrane.Shape.Channels), (uint)samples, lots));
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct SharpnessArguments(
        ActivationView Membrane, ActivationView Mean, ActivationView Deviation, ActivationView Slopes, ThresholdsView Thresholds, ChannelWalk Walk,
        float Scale, int Learns);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct PotentialArguments(
        ActivationView Membrane, ActivationView Slopes, ThresholdsView Thresholds, uint Samples, uint Lots);
}
