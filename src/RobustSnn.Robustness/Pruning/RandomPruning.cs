using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>Weights are kept by lot, whatever they are: the mask of the baseline that is trained from end to end (METHODS 5).</summary>
public sealed class RandomPruning(PruningScope scope) : IPruningMethod
{
    public string Description => $"at random, of {(scope == PruningScope.Layer ? "each layer" : "all layers")}";

    /// <remarks>A layer's lots depend on its name and the key alone.</remarks>
    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default)
    {
        MagnitudePruning.RequireNumbers(layers);
        PrunableWeights[] lots = [.. layers.Select(layer => layer with { Values = Lots(layer, random) })];
        return new LeastWeightMagnitude(scope).Choose(lots, sparsity, random, cancellation);
    }

    private static float[] Lots(PrunableWeights layer, RandomKey random)
    {
        var lots = new float[layer.Values.Length];
        RandomDraws.FillUniform(lots, random.Derive(layer.Name), 0);
        return lots;
    }
}
