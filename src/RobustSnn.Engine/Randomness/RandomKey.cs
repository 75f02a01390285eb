namespace RobustSnn.Engine.Randomness;

/// <summary>
/// Names a stream of counter-based random numbers (Philox4x32-10): element i of a fill depends on (Seed, Stream, i) alone, hence on
/// neither backend, threads nor what ran before.
/// </summary>
public readonly record struct RandomKey(ulong Seed, ulong Stream);

/// <summary>What a random fill draws.</summary>
public enum RandomKind
{
    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    Uniform,

    /// <summary>Standard normal (Box-Muller).</summary>
    Normal,
}
