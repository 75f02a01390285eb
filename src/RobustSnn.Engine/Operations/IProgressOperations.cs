using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Operations;

/// <summary>What APGD remembers of each sample (METHODS 8): buffers of one float a sample.</summary>
/// <param name="Previous">Loss after the step before.</param>
/// <param name="Best">Highest loss so far.</param>
/// <param name="Improved">1 where the last step raised the highest loss, else 0.</param>
/// <param name="Rises">Steps since the last checkpoint whose loss was above that of the step before.</param>
/// <param name="BestAtCheckpoint">Highest loss at the last checkpoint.</param>
/// <param name="Halved">1 where the last checkpoint halved the step, else 0.</param>
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
    /// At a checkpoint: halved = [rises ≤ 0.75·interval, or best ≤ bestAtCheckpoint though the checkpoint before did not halve]; steps are
    /// halved where that is 1; then bestAtCheckpoint = best and rises = 0.
    /// </summary>
    /// <param name="interval">Steps since the last checkpoint.</param>
    /// <param name="steps">Length of each sample's step.</param>
    void HalveSteps(AttackProgress progress, int interval, DeviceBuffer steps, int samples);
}
