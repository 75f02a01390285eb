namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// When APGD has its checkpoints (METHODS 8): after 0.22·n steps, then after intervals that are each 0.03·n shorter, down to 0.06·n. SA-PGD has
/// the same.
/// </summary>
public sealed class ApgdSchedule
{
    private readonly List<int> checkpoints = [];

    /// <param name="steps">n, of all the run.</param>
    public ApgdSchedule(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var next = Math.Max((int)(0.22 * steps), 1);
        var (shrink, shortest) = (Math.Max((int)(0.03 * steps), 1), Math.Max((int)(0.06 * steps), 1));
        for (long at = next; at <= steps; at += next)
        {
            checkpoints.Add((int)at);
            next = Math.Max(next - shrink, shortest);
        }
    }

    /// <summary>Where a checkpoint follows that many steps, how many there were since the one before it, or since the start; else 0.</summary>
    public int IntervalAfter(int steps)
    {
        var index = checkpoints.BinarySearch(steps);
        return index < 0 ? 0 : index == 0 ? steps : steps - checkpoints[index - 1];
    }

    /// <summary>Checkpoints of the first so many steps.</summary>
    public int CountUpTo(int steps)
    {
        var index = checkpoints.BinarySearch(steps);
        return index < 0 ? ~index : index + 1;
    }
}
