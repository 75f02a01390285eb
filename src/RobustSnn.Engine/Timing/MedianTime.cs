namespace RobustSnn.Engine.Timing;

/// <summary>How long a piece of work takes.</summary>
public static class MedianTime
{
    /// <summary>The median of some runs, after runs that are not counted.</summary>
    /// <param name="work">Is done when it returns: who leaves work to the device waits for it (<c>Synchronize</c>, or a download).</param>
    /// <param name="warmUp">How long the runs before go on, one at least: the runtime compiles what runs often a second time.</param>
    /// <param name="repeat">Runs that are timed.</param>
    /// <param name="clock">What the time is taken from; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">No runs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, between two runs.</exception>
    public static TimeSpan Of(Action work, TimeSpan warmUp, int repeat, CancellationToken cancellation = default, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfLessThan(repeat, 1);
        for (long start = clock.GetTimestamp(), runs = 0; runs == 0 || clock.GetElapsedTime(start) < warmUp; runs++)
        {
            cancellation.ThrowIfCancellationRequested();
            work();
        }

        var times = new TimeSpan[repeat];
        for (var i = 0; i < repeat; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = clock.GetTimestamp();
            work();
            times[i] = clock.GetElapsedTime(start);
        }

        Array.Sort(times);
        return (times[(repeat - 1) / 2] + times[repeat / 2]) / 2;
    }
}
