using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Cli.Output;

/// <summary>What bringing a network to integers has cost.</summary>
/// <param name="Bits">Of the weights.</param>
/// <param name="CleanCost">Clean accuracy in floats less that in integers, in shares: above 0, integers are worse. NaN where one is void.</param>
/// <param name="AttackCosts">Of each attack, likewise.</param>
/// <param name="SpikesOverFloats">Spikes in integers, in multiples of those in floats; NaN where there nothing fires.</param>
/// <param name="Result">Of the network in integers.</param>
internal sealed record FixedPointCost(int Bits, double CleanCost, IReadOnlyList<double> AttackCosts, double SpikesOverFloats, EvaluationResult Result)
{
    /// <summary>Of two evaluations on the same images, under the same attacks.</summary>
    public static FixedPointCost Of(int bits, EvaluationResult floats, EvaluationResult integers) => new(
        bits, floats.CleanAccuracy - integers.CleanAccuracy, [.. floats.Attacks.Zip(integers.Attacks, (one, other) => one.Accuracy - other.Accuracy)],
        floats.SpikesPerImage > 0 ? integers.SpikesPerImage / floats.SpikesPerImage : double.NaN, integers);
}

/// <summary>What a person sees of networks in integers beside the one in floats that they came from.</summary>
internal static class FixedPointReport
{
    /// <param name="budgets">Radii as they were written.</param>
    public static void Write(Terminal terminal, EvaluationResult floats, IReadOnlyList<FixedPointCost> costs, IReadOnlyList<AttackBudget> budgets)
    {
        int[] attacks = [.. Enumerable.Range(0, floats.Attacks.Count).Where(i => floats.Attacks[i].Members.Count > 0)];
        terminal.Output.WriteLine(
            "what integers cost: verdicts are of the network in integers, gradients of the one in floats; differences in points, below 0 where integers are worse");
        terminal.WriteTable(
            ["network", "clean", "points", .. attacks.SelectMany(i => (string[])[EvaluationReport.Name(floats, i, budgets), "points"]), "spikes an image"],
            [
                Row("floats", floats, null, attacks),
                .. costs.Select(cost => Row($"{cost.Bits} bits", cost.Result, cost, attacks)),
            ]);
        foreach (FixedPointCost cost in costs)
        {
            foreach (string warning in cost.Result.Warnings)
            {
                terminal.Error.WriteLine($"warning: {cost.Bits} bits: {warning}");
            }
        }
    }

    private static IReadOnlyList<string> Row(string name, EvaluationResult result, FixedPointCost? cost, int[] attacks) =>
    [
        name, Format.Percent(result.CleanAccuracy, result.CleanAccuracy95), Points(cost?.CleanCost),
        .. attacks.SelectMany(i => (string[])
            [Format.Percent(result.Attacks[i].Accuracy, result.Attacks[i].Accuracy95), Points(cost?.AttackCosts[i])]),
        Format.Count(result.SpikesPerImage),
    ];

    private static string Points(double? cost) => cost is not { } share ? "" : double.IsNaN(share) ? Format.Void : Format.Number(-100 * share, "+0.0;-0.0;0.0");
}
