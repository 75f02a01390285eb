using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What APGD's bookkeeping (METHODS 8) starts from; the device does the rest.</summary>
public static class ApgdProgress
{
    /// <summary>From each sample's loss at the start.</summary>
    public static AttackProgress Begin(IBackend backend, AttackProgress progress, DeviceBuffer startLosses, int samples)
    {
        backend.Copy(startLosses, progress.Best, samples);
        backend.Copy(startLosses, progress.BestAtCheckpoint, samples);
        backend.Fill(progress.Rises, 0);

        // The reference counts the first step as a rise where its loss is above 0, not above the loss at the start.
        backend.Fill(progress.Previous, 0);

        // Nothing is halved at the first checkpoint only for not having improved.
        backend.Fill(progress.Halved, 1);
        return progress;
    }
}
