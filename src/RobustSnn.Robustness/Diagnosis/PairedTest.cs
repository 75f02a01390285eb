using MathNet.Numerics.Distributions;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>Whether the same samples are right more often under one of two attacks than chance explains: McNemar's exact test, one-sided.</summary>
/// <param name="Gained">Samples that are right under the second attack only.</param>
/// <param name="Lost">Samples that are right under the first only.</param>
public readonly record struct PairedTest(int Gained, int Lost)
{
    /// <summary>How likely at least so many of the samples that differ are gains, if either is as likely.</summary>
    public double GainChance => AtLeast(Gained, Gained + Lost, 0.5);

    /// <summary>The same of losses.</summary>
    public double LossChance => AtLeast(Lost, Gained + Lost, 0.5);

    /// <summary>Whether the second is right more often, beyond noise.</summary>
    public bool IsGain => GainChance <= DiagnosisThresholds.Significance;

    /// <summary>Whether the second is right less often, beyond noise.</summary>
    public bool IsLoss => LossChance <= DiagnosisThresholds.Significance;

    /// <summary>From the same samples in the same order.</summary>
    public static PairedTest Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Count, first.Count);
        var pairs = first.Zip(second).ToArray();
        return new PairedTest(pairs.Count(pair => !pair.First && pair.Second), pairs.Count(pair => pair.First && !pair.Second));
    }

    /// <summary>The chance of at least so many successes: the exact binomial test against that share, one-sided.</summary>
    public static double AtLeast(int successes, int trials, double share) => successes == 0 ? 1 : 1 - Binomial.CDF(share, trials, successes - 1);
}
