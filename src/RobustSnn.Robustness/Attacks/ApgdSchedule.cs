namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// When APGD has its checkpoints (METHODS 8): after 0.22·n steps, then after intervals that are each 0.03·n shorter, down to 0.06·n.
/// </summary>
public sealed class ApgdSchedule
{
    private readonly int shrink;
    private readonly int shortest;
    private int next;
    private int sinceCheckpoint;

    /// <param name="steps">n, of all the run.</param>
    public ApgdSchedule(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        next = Math.Max((int)(0.22 * steps), 1);
        shrink = Math.Max((int)(0.03 * steps), 1);
        shortest = Math.Max((int)(0.06 * steps), 1);
    }

    /// <summary>Steps between the last two checkpoints, or from the start to the first.</summary>
    public int Interval { get; private set; }

    /// <summary>Counts a step. True where a checkpoint follows it.</summary>
    public bool Advance()
    {
        if (++sinceCheckpoint < next)
        {
            return false;
        }

        Interval = next;
        next = Math.Max(next - shrink, shortest);
        sinceCheckpoint = 0;
        return true;
    }
}
