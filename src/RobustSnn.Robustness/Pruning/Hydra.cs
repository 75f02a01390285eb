using RobustSnn.Engine;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>Uniform learned pruning (HYDRA, Sehwag et al., NeurIPS 2020): each layer keeps the same share of its weights, by learned scores.</summary>
public sealed class Hydra : IPruningMethod
{
    public string Description => "learned scores, the same share of each layer";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default) =>
        MagnitudePruning.PerLayer(layers, sparsity, cancellation);

    public LearnedMasks Learn(SpikingModel model, double sparsity) => new UniformMasks(model, sparsity);

    private sealed class UniformMasks(SpikingModel model, double sparsity) : LearnedMasks(model, Counts(model, sparsity))
    {
        protected override IReadOnlyList<int> FinalCounts() => [.. Masks.Select(mask => (int)mask.Kept)];

        private static int[] Counts(SpikingModel model, double sparsity) =>
            [.. model.Parameters.All.Where(each => each.Specification.Prunable).Select(each => AtLeastOne(each.Specification.Count, sparsity))];
    }
}
