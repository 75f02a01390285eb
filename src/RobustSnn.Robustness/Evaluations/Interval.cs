using MathNet.Numerics.Distributions;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>A confidence interval of a share.</summary>
public readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>The exact interval of a binomial share (Clopper and Pearson 1934): covers it with at least that confidence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 ≤ successes ≤ trials, no trials, or a confidence outside (0, 1).</exception>
    public static Interval ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "expected between 0 and 1");
        }

        var tail = (1 - confidence) / 2;
        var failures = trials - successes;
        return new Interval(
            successes == 0 ? 0 : Beta.InvCDF(successes, failures + 1, tail),
            failures == 0 ? 1 : Beta.InvCDF(successes + 1, failures, 1 - tail));
    }
}
