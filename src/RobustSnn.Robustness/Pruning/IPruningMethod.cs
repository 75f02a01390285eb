using RobustSnn.Engine;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Pruning;

/// <summary>A way to choose which weights of a network are kept (METHODS 5). One class in one file each.</summary>
public interface IPruningMethod
{
    /// <summary>What is done, in a few words: "least weight magnitude of each layer".</summary>
    string Description { get; }

    /// <summary>Chooses at once, from the weights as they are; of a method that learns its masks, what it keeps before it has learned anything.</summary>
    /// <param name="layers">Every prunable parameter, in the order of the network's nodes.</param>
    /// <param name="sparsity">The share of all weights to prune, from 0 to below 1; met to within one weight.</param>
    /// <param name="random">Of a method that draws.</param>
    /// <returns>One for each of the layers, in their order.</returns>
    /// <exception cref="BadInputException">A sparsity outside [0, 1), or a weight that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default);

    /// <summary>Begins to learn the masks of a dense network by training; null where the choice stands at once.</summary>
    /// <exception cref="BadInputException">As <see cref="Choose"/>.</exception>
    LearnedMasks? Learn(SpikingModel model, double sparsity) => null;
}
