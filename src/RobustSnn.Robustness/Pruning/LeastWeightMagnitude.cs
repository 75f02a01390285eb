using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>Among which weights the share to prune is counted.</summary>
public enum PruningScope
{
    /// <summary>Each layer loses the same share.</summary>
    Layer,

    /// <summary>All layers together: a layer may lose more or less.</summary>
    Global,
}

/// <summary>LWM: the smallest absolute weights go, once (METHODS 5).</summary>
public sealed class LeastWeightMagnitude(PruningScope scope) : IPruningMethod
{
    public string Description => $"least weight magnitude of {(scope == PruningScope.Layer ? "each layer" : "all layers")}";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default) =>
        scope == PruningScope.Layer
            ? MagnitudePruning.PerLayer(layers, sparsity, cancellation)
            : MagnitudePruning.OverAllLayers(layers, sparsity, cancellation);
}
