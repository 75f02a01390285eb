using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Training;

/// <summary>What training minimises (METHODS 4).</summary>
public enum ObjectiveKind
{
    /// <summary>CE(f(x), y)</summary>
    Natural,

    /// <summary>CE(f(x'), y)</summary>
    Adversarial,

    /// <summary>CE(f(x), y) + β·KL(softmax f(x) ‖ softmax f(x'))</summary>
    Trades,

    /// <summary>BCE(f(x'), y) + β·KL(f(x) ‖ f(x'))·(1 − p_y(x))</summary>
    Mart,
}

/// <summary>An objective; all its terms are means over the batch.</summary>
/// <param name="Beta">β of TRADES and MART.</param>
public readonly record struct TrainingObjective(ObjectiveKind Kind, float Beta)
{
    public static TrainingObjective Natural { get; } = new(ObjectiveKind.Natural, 0);

    public static TrainingObjective Adversarial { get; } = new(ObjectiveKind.Adversarial, 0);

    public static TrainingObjective Trades(float beta) => new(ObjectiveKind.Trades, beta);

    public static TrainingObjective Mart(float beta) => new(ObjectiveKind.Mart, beta);

    public bool UsesClean => Kind != ObjectiveKind.Adversarial;

    public bool UsesAdversarial => Kind != ObjectiveKind.Natural;
}

/// <summary>The value of an objective on a batch.</summary>
/// <param name="Loss">What is minimised: Natural + β·Robust.</param>
/// <param name="Natural">The first term: cross-entropy, MART's boosted one for MART.</param>
/// <param name="Robust">The second term, without β; 0 where there is none.</param>
/// <param name="Correct">Samples classified correctly by the last forward pass, that is x' where there is one.</param>
public readonly record struct TrainingLoss(double Loss, double Natural, double Robust, int Correct);

/// <summary>Who makes x': an attack run in evaluation mode before the training step.</summary>
public readonly record struct Adversary(IAttack Attack, Budget Budget, GradientEstimator Estimator);
