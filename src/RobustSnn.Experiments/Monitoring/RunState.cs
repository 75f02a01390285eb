namespace RobustSnn.Experiments.Monitoring;

/// <summary>Whether something is still being done on a run, and how it ended.</summary>
public enum RunState
{
    /// <summary>A process is at it.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Finished,

    /// <summary>Somebody stopped it; it can go on.</summary>
    Interrupted,

    /// <summary>It could not go on: the message says why.</summary>
    Failed,

    /// <summary>Its process is no longer there and has not said why: it was killed, or the machine went down.</summary>
    Gone,
}
