namespace RobustSnn.Cli.Doctor;

/// <summary>Whether something is there.</summary>
internal enum Verdict
{
    Fine,

    /// <summary>It is not there, and much can be done without.</summary>
    Optional,

    /// <summary>It is not there, and nothing can be done without.</summary>
    Needed,
}

/// <summary>What was found of one thing.</summary>
/// <param name="Advice">What to do, in a line; null where there is nothing to do.</param>
internal sealed record Finding(Verdict Verdict, string What, string Found, string? Advice = null);
