using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// APGD's bookkeeping (METHODS 8): each sample's best loss, and at the checkpoints, whether its step is halved. Host only.
/// </summary>
public sealed class ApgdProgress
{
    private readonly float[] previous;
    private readonly float[] bestAtCheckpoint;
    private readonly bool[] halvedAtCheckpoint;
    private readonly int[] rises;
    private readonly int shrink;
    private readonly int shortest;
    private int sinceCheckpoint;

    /// <param name="steps">n, of all the run.</param>
    /// <param name="startLosses">Loss of each sample at the start.</param>
    public ApgdProgress(int steps, ReadOnlySpan<float> startLosses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Interval = Math.Max((int)(0.22 * steps), 1);
        shrink = Math.Max((int)(0.03 * steps), 1);
        shortest = Math.Max((int)(0.06 * steps), 1);
        BestLosses = startLosses.ToArray();
        bestAtCheckpoint = startLosses.ToArray();
        Improved = new bool[startLosses.Length];
        Halved = new bool[startLosses.Length];
        rises = new int[startLosses.Length];

        // Nothing is halved at the first checkpoint only for not having improved.
        halvedAtCheckpoint = new bool[startLosses.Length];
        Array.Fill(halvedAtCheckpoint, true);

        // The reference counts the first step as a rise where its loss is above 0, not above the loss at the start.
        previous = new float[startLosses.Length];
    }

    /// <summary>Steps from the last checkpoint to the next.</summary>
    public int Interval { get; private set; }

    public float[] BestLosses { get; }

    /// <summary>Which samples' best loss the last <see cref="Observe"/> raised.</summary>
    public bool[] Improved { get; }

    /// <summary>Which samples' steps the last checkpoint halved; they go on from their best point.</summary>
    public bool[] Halved { get; }

    /// <summary>Takes the losses after a step. True at a checkpoint, where <see cref="Halved"/> is set.</summary>
    public bool Observe(ReadOnlySpan<float> losses)
    {
        for (var i = 0; i < losses.Length; i++)
        {
            rises[i] += losses[i] > previous[i] ? 1 : 0;
            previous[i] = losses[i];
            Improved[i] = losses[i] > BestLosses[i];
            BestLosses[i] = Improved[i] ? losses[i] : BestLosses[i];
        }

        if (++sinceCheckpoint < Interval)
        {
            return false;
        }

        Check();
        return true;
    }

    private void Check()
    {
        for (var i = 0; i < Halved.Length; i++)
        {
            var oscillates = rises[i] <= 0.75 * Interval;
            var stagnates = !halvedAtCheckpoint[i] && bestAtCheckpoint[i] >= BestLosses[i];
            Halved[i] = oscillates || stagnates;
            halvedAtCheckpoint[i] = Halved[i];
            bestAtCheckpoint[i] = BestLosses[i];
            rises[i] = 0;
        }

        sinceCheckpoint = 0;
        Interval = Math.Max(Interval - shrink, shortest);
    }
}
