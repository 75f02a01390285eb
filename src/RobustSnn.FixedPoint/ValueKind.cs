namespace RobustSnn.FixedPoint;

/// <summary>What a node of a network in integers gives.</summary>
public enum ValueKind
{
    /// <summary>Pixels of 0 to 255, each less its channel's centre.</summary>
    Pixels,

    /// <summary>0 or 1 at each timestep.</summary>
    Spikes,

    /// <summary>How many of a window's neurons fire at each timestep: a mean without its division.</summary>
    Counts,

    /// <summary>Whole numbers at a scale of their channel's.</summary>
    Currents,

    /// <summary>Currents on their way through a BatchNorm that the neurons behind it have taken in.</summary>
    NormedCurrents,
}

/// <summary>What a node gives.</summary>
/// <param name="IsStatic">Whether it is the same at every timestep.</param>
/// <param name="Window">Of counts: the neurons of a window; else 1.</param>
public readonly record struct NodeValue(ValueKind Kind, bool IsStatic, int Window);
