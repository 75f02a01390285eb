using RobustSnn.Model;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Conformance;

/// <summary>
/// Which weights of a golden case count as pruned: those of convolutions and linear layers whose magnitude is below
/// <paramref name="Magnitude"/>. Without one, each layer has its own, such that <see cref="DefaultSparsity"/> of its weights go: exactly
/// round(0.9·n) of n, of equal ones the first (METHODS 5, LWM per layer).
/// </summary>
public readonly record struct WeightCut(float? Magnitude = null)
{
    /// <summary>P2's sparsity.</summary>
    public const double DefaultSparsity = 0.9;

    /// <exception cref="BadInputException">A magnitude that is not above 0 and finite.</exception>
    internal IReadOnlyList<KeptWeights> Apply(IReadOnlyList<PrunableWeights> layers) => Magnitude switch
    {
        null => MagnitudePruning.PerLayer(layers, DefaultSparsity),
        > 0 and < float.PositiveInfinity => MagnitudePruning.AtLeast(layers, Magnitude.Value),
        var other => throw new BadInputException($"The cut expects a magnitude above 0, found {other}. Weights below it count as pruned."),
    };
}
