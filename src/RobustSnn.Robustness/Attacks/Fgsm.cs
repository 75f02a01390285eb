using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>One step of ε along the sign of the gradient of cross-entropy: x + ε·sign(∇).</summary>
public sealed class Fgsm : IAttack
{
    public string Name => "fgsm";

    public void Run(AttackBatch batch, AttackSettings settings)
    {
        var gradient = batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, settings.Estimator);
        batch.SignStep(batch.Clean, gradient, settings.Epsilon, settings.Epsilon, batch.Adversarial);
    }
}
