using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>
/// ERK (Evci et al., ICML 2020): the share that a layer keeps is proportional to (outputs + inputs + kernel + kernel) /
/// (outputs·inputs·kernel·kernel), at most all of it. Small layers keep more. Within a layer the largest weights stay.
/// </summary>
public sealed class ErdosRenyiKernel : IPruningMethod
{
    public string Description => "Erdős–Rényi-kernel shares, least weight magnitude within each layer";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default)
    {
        // share · size, so the sum of the dimensions: what a layer claims is a number of weights.
        double[] claims = [.. layers.Select(layer => (double)layer.Dimensions.Sum())];
        int[] sizes = [.. layers.Select(layer => layer.Values.Length)];
        return MagnitudePruning.PerLayer(layers, KeptCounts.Divide(claims, sizes, KeptCounts.Of(sizes.Sum(), sparsity)), cancellation);
    }
}
