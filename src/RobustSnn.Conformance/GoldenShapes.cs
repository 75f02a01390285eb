using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>
/// The shapes that a golden case's tensors must have, from its network, T and batch. Shapes of parameters are
/// <see cref="GoldenNetwork.Faults"/>'s; tensors of groups that are not computed yet, or of no group, have none here.
/// </summary>
internal sealed class GoldenShapes(GoldenCase golden)
{
    /// <summary>A size that the case itself chooses: at least 1.</summary>
    private const int Any = -1;

    private static readonly string[] ParameterPrefixes =
    [
        "trades.grad.", "trades.after2.", "mart.grad.", "ann.natural.grad.", "ann.at.grad.", "ann.trades.grad.", "ann.trades.statistics.",
        "ann.mart.grad.",
    ];

    private Network? network;

    private Network Network => network ??= GoldenNetwork.Describe(golden);

    private int[] Images => [golden.Batch, 3, golden.InputSize, golden.InputSize];

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
