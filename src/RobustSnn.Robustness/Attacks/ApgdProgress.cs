namespace RobustSnn.Robustness;

/// <summary>
/// APGD's bookkeeping (METHODS 8): each sample's best loss, and at the checkpoints, whether its step is halved. Host only.
/// </summary>
public sealed class ApgdProgress
{
    private readonly float[] _previous;
    private readonly float[] _bestAtCheckpoint;
    private readonly bool[] _halvedAtCheckpoint;
    private readonly int[] _rises;
    private readonly int _shrink;
    private readonly int _shortest;
    private int _sinceCheckpoint;

    /// <param name="steps">n, of all the run.</param>
    /// <param name="startLosses">Loss of each sample at the start.</param>
    public ApgdProgress(int steps, ReadOnlySpan<float> startLosses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Interval = Math.Max((int)(0.22 * steps), 1);
        _shrink = Math.Max((int)(0.03 * steps), 1);
        _shortest = Math.Max((int)(0.06 * steps), 1);
        BestLosses = startLosses.ToArray();
        _bestAtCheckpoint = startLosses.ToArray();
        Improved = new bool[startLosses.Length];
        Halved = new bool[startLosses.Length];
        _rises = new int[startLosses.Length];

        // Nothing is halved at the first checkpoint only for not having improved.
        _halvedAtCheckpoint = new bool[startLosses.Length];
        Array.Fill(_halvedAtCheckpoint, true);

        // The reference counts the first step as a rise where its loss is above 0, not above the loss at the start.
        _previous = new float[startLosses.Length];
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
            _rises[i] += losses[i] > _previous[i] ? 1 : 0;
            _previous[i] = losses[i];
            Improved[i] = losses[i] > BestLosses[i];
            BestLosses[i] = Improved[i] ? losses[i] : BestLosses[i];
        }

        if (++_sinceCheckpoint < Interval)
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
            var oscillates = _rises[i] <= 0.75 * Interval;
            var stagnates = !_halvedAtCheckpoint[i] && _bestAtCheckpoint[i] >= BestLosses[i];
            Halved[i] = oscillates || stagnates;
            _halvedAtCheckpoint[i] = Halved[i];
            _bestAtCheckpoint[i] = BestLosses[i];
            _rises[i] = 0;
        }

        _sinceCheckpoint = 0;
        Interval = Math.Max(Interval - _shrink, _shortest);
    }
}
