using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Conformance;

/// <summary>
/// The shapes that a golden case's tensors must have, from its network, T and batch. Shapes of parameters are
/// <see cref="GoldenNetwork.Faults"/>'s; tensors of no group have none here.
/// </summary>
internal sealed class GoldenShapes(GoldenCase golden)
{
    /// <summary>A size that the case itself chooses: at least 1.</summary>
    private const int Any = -1;

    private static readonly string[] ParameterPrefixes =
    [
        "trades.grad.", "trades.after2.", "mart.grad.", "ann.natural.grad.", "ann.at.grad.", "ann.trades.grad.", "ann.trades.statistics.",
        "ann.mart.grad.", "steps.after1.", "steps.final.",
    ];

    private Network? network;

    private Network Network => network ??= GoldenNetwork.Describe(golden);

    private int[] Images => [golden.Batch, 3, golden.InputSize, golden.InputSize];

    private static int Members => GradientEstimators.Ensemble.Count;

    /// <summary>As many as there are batches to take them on.</summary>
    private int Steps => golden.Tensor("steps.x").Dimensions[0];

    /// <summary>Of APGD-T: one towards each other class, nine at most.</summary>
    private int Runs => Math.Min(9, Network.Classes - 1);

    /// <summary>Requires a tensor of the case to have its shape.</summary>
    /// <exception cref="BadInputException">It has another, or is of no parameter of the network.</exception>
    public void Require(string name, IReadOnlyList<int> found)
    {
        if (Of(name) is { } expected && !(found.Count == expected.Length && found.Zip(expected).All(pair => Fits(pair.First, pair.Second))))
        {
            string sizes = string.Join(", ", expected.Select(size => size == Any ? "any" : $"{size}"));
            throw new BadInputException(
                $"'{name}' is ({string.Join(", ", found)}), expected ({sizes}) for {golden.Architecture} with T = {golden.Timesteps} "
                + $"and a batch of {golden.Batch}.");
        }
    }

    private static bool Fits(int found, int expected) => expected == Any ? found >= 1 : found == expected;

    /// <summary>The shape of a tensor of this name; null where it may have any.</summary>
    private int[]? Of(string name) => name switch
    {
        "x" or "x_adv" or "pgd.start" or "rfgsm.noise_sign" or "apgd.rand" or "tpgd.start" or "mart_attack.start" => Images,
        "fgsm.x_adv" or "rfgsm.x_adv" or "pgd.x_adv" or "tpgd.x_adv" or "tpgd.ann.x_adv" => Images,
        "mart_attack.x_adv" or "mart_attack.ann.x_adv" => Images,
        "apgd.ce.x_best" or "apgd.ce.x_best_adv" or "apgd.dlr.x_best" or "apgd.dlr.x_best_adv" => Images,
        "y" or "correct" or "tpgd.loss" or "tpgd.ann.loss" or "mart_attack.loss" or "mart_attack.ann.loss" => [golden.Batch],
        "apgd.ce.loss_best" or "apgd.ce.correct" or "apgd.dlr.loss_best" or "apgd.dlr.correct" => [golden.Batch],
        "apgdt.rand" => [Runs, .. Images],
        "apgdt.x_adv" or "square.x_adv" => Images,
        "apgdt.targets" or "apgdt.runs.loss_best" or "apgdt.runs.correct" => [Runs, golden.Batch],
        "apgdt.correct" or "square.correct" or "square.margin" or "square.queries" => [golden.Batch],
        "square.init" => [golden.Batch, 3, 1, golden.InputSize],
        "square.size" or "square.row" or "square.column" => [golden.Count(SquareChecks.Queries)],
        "square.sign" => [golden.Count(SquareChecks.Queries), 3],
        "ens.pgd.start" => [Members, .. Images],
        "ens.apgd.rand" => Images,
        "ens.fgsm.robust" or "ens.pgd.robust" or "ens.apgd.robust" => [golden.Batch],
        _ when name.StartsWith("ens.", StringComparison.Ordinal) && GoldenGroups.Of(name) != name => [Members, golden.Batch],
        "residual_balance.x" => [Any, golden.Batch, 3, golden.InputSize, golden.InputSize],
        "residual_balance.thresholds" => [Graph.neurons(Network).Length],
        "steps.x" => [Any, .. Images],
        "steps.noise" or "steps.x_adv" => [Steps, .. Images],
        "steps.y" => [Steps, golden.Batch],
        "steps.loss" or "steps.natural" or "steps.robust" or "steps.margin" or "steps.correct" => [Steps],
        "logits" or "logits.act" => [golden.Batch, Network.Classes],
        "logits.steps" => [golden.Timesteps, golden.Batch, Network.Classes],
        "spike_rates" or "balance.thresholds" => [Graph.neurons(Network).Length],
        "balance.x" => [Any, Any, 3, golden.InputSize, golden.InputSize],
        "trades.loss" or "trades.natural" or "trades.robust" or "mart.loss" => [1],
        "ann.natural.loss" or "ann.at.loss" or "ann.trades.loss" or "ann.mart.loss" => [1],
        _ when name.StartsWith("grad_x.", StringComparison.Ordinal) => Images,
        _ => Array.Find(ParameterPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix
            ? OfParameter(name, name[prefix.Length..])
            : null,
    };

    private int[] OfParameter(string name, string parameter) =>
        Parameters.ofNetwork(Network).FirstOrDefault(each => each.Name == parameter) is { } found
            ? [.. found.Dimensions]
            : throw new BadInputException($"'{name}' is of no parameter of {golden.Architecture}.");
}
