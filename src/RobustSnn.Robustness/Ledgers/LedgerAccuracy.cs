namespace RobustSnn.Robustness.Ledgers;

/// <summary>What a ledger knows of accuracy under some members.</summary>
/// <param name="Robust">Samples that are right as they are, and that every one of the members tried in vain.</param>
/// <param name="Broken">Samples that are right as they are and that one of them broke.</param>
/// <param name="Missing">Samples of which that cannot be said: those without a row, and those that some member has no finding of.</param>
/// <param name="Samples">All that were asked for.</param>
public readonly record struct LedgerAccuracy(int Robust, int Broken, int Missing, int Samples)
{
    /// <summary>Samples that are wrong as they are.</summary>
    public int Wrong => Samples - Robust - Broken - Missing;

    /// <summary>Whether it is a figure, and no more than bounds.</summary>
    public bool IsComplete => Missing == 0;

    /// <summary>The accuracy if every missing sample turned out to be broken, from 0 to 1: the accuracy, where nothing is missing.</summary>
    public double Least => (double)Robust / Samples;

    /// <summary>The accuracy if every missing sample turned out to be robust.</summary>
    public double Most => (double)(Robust + Missing) / Samples;
}
