using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What an attack may do and how.</summary>
/// <param name="Budget">How far it may change an image.</param>
/// <param name="Estimator">The gradient that it follows.</param>
/// <param name="Random">Every draw of this run is in a stream derived from it, and from the number of the sample that it concerns.</param>
/// <param name="Cancellation">Asked before every gradient; the classifier asks its own between layers.</param>
public readonly record struct AttackSettings(
    Budget Budget, GradientEstimator Estimator, RandomKey Random, CancellationToken Cancellation = default)
{
    /// <summary>How many passes each gradient is the mean of (expectation over transformation, EOT): more than one where the network draws.</summary>
    public int Passes { get; init; } = 1;
}

/// <summary>An attack: from clean images to images in the ball round them that the network gets wrong. A new attack is one file.</summary>
/// <remarks>Has options but no state, so that one object may serve every batch and thread.</remarks>
public interface IAttack
{
    /// <summary>
    /// As users write it and results show it: what <see cref="AttackCatalogue.Parse"/> reads back to the same attack, options at their defaults left out.
    /// </summary>
    string Name { get; }

    /// <summary>Whether it asks for gradients, so that it can be told by which estimator.</summary>
    bool FollowsGradients => true;

    /// <summary>Whether it can attack in a ball of that norm.</summary>
    bool Takes(Norm norm) => true;

    /// <summary>
    /// Attacks the samples of the batch: reads Clean and Labels, writes Adversarial. Says <see cref="AttackBatch.BeginRun"/> before the first
    /// gradient of a run, and of each restart.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void Run(AttackBatch batch, AttackSettings settings);
}
