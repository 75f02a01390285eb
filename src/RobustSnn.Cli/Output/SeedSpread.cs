using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Output;

/// <summary>How accuracies differ between evaluations of the same network and images that draw otherwise.</summary>
/// <param name="Seeds">Of the evaluations.</param>
/// <param name="Clean">Without an attack.</param>
/// <param name="Attacks">In the order of the evaluations'.</param>
/// <param name="Warnings">Of all evaluations, each once.</param>
internal sealed record SeedSpread(IReadOnlyList<ulong> Seeds, Spread Clean, IReadOnlyList<Spread> Attacks, IReadOnlyList<string> Warnings)
{
    /// <param name="results">Two or more, of the same attacks.</param>
    public static SeedSpread Of(IReadOnlyList<EvaluationResult> results) => new(
        [.. results.Select(result => result.Options.Seed)],
        Spread.Of([.. results.Select(result => result.CleanAccuracy)]),
        [.. results[0].Attacks.Select((_, i) => Spread.Of([.. results.Select(result => result.Attacks[i].Accuracy)]))],
        [.. results.SelectMany(result => result.Warnings).Distinct()]);
}

/// <summary>Of an accuracy, over the seeds.</summary>
/// <param name="Mean">From 0 to 1; NaN where a figure is void.</param>
/// <param name="Deviation">The standard deviation as estimated from so few: divided by one less than their number.</param>
/// <param name="Accuracies">By seed.</param>
internal sealed record Spread(double Mean, double Deviation, IReadOnlyList<double> Accuracies)
{
    public static Spread Of(IReadOnlyList<double> accuracies)
    {
        double mean = accuracies.Average();
        return new Spread(mean, Math.Sqrt(accuracies.Sum(each => (each - mean) * (each - mean)) / (accuracies.Count - 1)), accuracies);
    }
}
