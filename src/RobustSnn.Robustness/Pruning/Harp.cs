using RobustSnn.Engine;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>
/// Non-uniform learned pruning (HARP, Zhao and Wressnegger, ICLR 2023): scores as HYDRA's, and each layer learns how much of it is kept.
/// </summary>
/// <param name="penaltyGrowth">γ_0: by how much the weight of the penalty for keeping too much grows each epoch.</param>
public sealed class Harp(double penaltyGrowth) : IPruningMethod
{
    public string Description => "learned scores and learned shares of the layers";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default) =>
        MagnitudePruning.PerLayer(layers, EqualShares([.. layers.Select(layer => layer.Values.Length)], sparsity), cancellation);

    /// <summary>The same share of each layer, in whole weights whose sum is exactly what the network keeps.</summary>
    private static int[] EqualShares(int[] sizes, double sparsity) =>
        KeptCounts.Divide([.. sizes.Select(size => (double)size)], sizes, KeptCounts.Of(sizes.Sum(), sparsity));

    public LearnedMasks Learn(SpikingModel model, double sparsity) => new NonUniformMasks(model, sparsity, penaltyGrowth);
}
