namespace RobustSnn.Contract.Cases;

/// <summary>Where an operation's input gradient goes: over the old one, added to it, or over the output's gradient.</summary>
public readonly record struct GradientTarget(bool Accumulate, bool InPlace)
{
    public override string ToString() => (Accumulate ? ", accumulating" : "") + (InPlace ? ", in place" : "");
}

public static class GradientTargets
{
    public static readonly GradientTarget[] All = [new(false, false), new(true, false), new(false, true)];

    /// <summary>For an input gradient of another shape than the output's.</summary>
    public static readonly GradientTarget[] Apart = [new(false, false), new(true, false)];
}
