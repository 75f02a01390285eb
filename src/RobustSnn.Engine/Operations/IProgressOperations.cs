using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>What APGD remembers of each sample (METHODS 8): buffers of one float a sample.</summary>
/// <param name="Previous">Loss after the step before.</param>
/// <param name="Best">Highest loss so far.</param>
/// <param name="Improved">1 where the last step raised the highest loss, else 0.</param>
/// <param name="Rises">Steps since the last checkpoint whose loss was above that of the step before.</param>
/// <param name="BestAtCheckpoint">Highest loss at the last checkpoint.</param>
/// <param name="Halved">1 where the sample's last checkpoint halved its step, else 0.</param>
public readonly record struct AttackProgress(
    DeviceBuffer Previous, DeviceBuffer Best, DeviceBuffer Improved, DeviceBuffer Rises, DeviceBuffer BestAtCheckpoint, DeviceBuffer Halved);

/// <summary>APGD's bookkeeping, each sample by itself. A loss that is no number is never above another.</summary>
public interface IProgressOperations
{
    /// <summary>
    /// After a step: rises += [losses &gt; previous]; previous = losses; improved = [losses &gt; best]; best = losses where improved.
    /// </summary>
    void TrackLosses(AttackProgress progress, DeviceBuffer losses, int samples);

    /// <summary>
    /// At a sample's checkpoint: halved = [rises ≤ 0.75·intervals[i], or best ≤ bestAtCheckpoint though the checkpoint before did not halve];
    /// its step is halved where that is 1; then bestAtCheckpoint = best and rises = 0. Of a sample that is at none nothing changes.
    /// </summary>
    /// <param name="intervals">Steps since the sample's last checkpoint, a whole number; 0 where it is at none.</param>
    /// <param name="steps">Length of each sample's step.</param>
    /// <param name="halvedNow">Set to 1 where this call halved the sample's step, else to 0.</param>
    void HalveSteps(AttackProgress progress, DeviceBuffer intervals, DeviceBuffer steps, DeviceBuffer halvedNow, int samples);
}
