using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What an attack may do and how.</summary>
/// <param name="Budget">How far it may change an image.</param>
/// <param name="Estimator">The gradient that it follows.</param>
/// <param name="Random">Every draw of this run is in a stream derived from it, and from the number of the sample that it concerns.</param>
/// <param name="Cancellation">Asked before every gradient; the classifier asks its own between layers.</param>
/// <param name="StopsEarly">
/// Whether a run says of a sample that it is broken as soon as one of its images is seen to fool the network as deployed. Otherwise every sample
/// takes all steps, and only what the attack ends in counts.
/// </param>
public readonly record struct AttackSettings(
    Budget Budget, GradientEstimator Estimator, RandomKey Random, CancellationToken Cancellation = default, bool StopsEarly = false)
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
    /// Whether it can follow another network than the one that is attacked. Not where it goes by what the network says of images: that has to be the
    /// one that is attacked.
    /// </summary>
    bool Transfers => FollowsGradients;

    /// <summary>The fewest classes of a network that it can attack.</summary>
    int LeastClasses => 1;

    /// <summary>About how many passes of the network a sample takes that it does not break: by it time that is left is estimated.</summary>
    long Passes(IClassifier classifier);

    /// <summary>How often it begins again, from another start or towards another class: each round is for the samples that the ones before left.</summary>
    int Rounds(IClassifier classifier) => 1;

    /// <summary>Begins a round over samples that come and go.</summary>
    /// <param name="round">From 0, below <see cref="Rounds"/>.</param>
    /// <exception cref="BadInputException">The network or the ball is none that it can attack.</exception>
    AttackRun Begin(AttackBatch batch, AttackSettings settings, int round);

    /// <summary>
    /// All rounds over the samples of the batch side by side, from the first step to the last: reads Clean and Labels, writes Adversarial.
    /// </summary>
    /// <exception cref="BadInputException">The network or the ball is none that it can attack.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    void Run(AttackBatch batch, AttackSettings settings);
}
