using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Robustness.Attacks;

/// <summary>One step of ε along the gradient of cross-entropy: x + ε·sign(∇) in L∞.</summary>
public sealed class Fgsm : IAttack
{
    public string Name => "fgsm";

    public long Passes(IClassifier classifier) => 1;

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
        new SteppingRun(batch, settings, 1, settings.Budget.Radius, LogitLoss.CrossEntropy, start => batch.Copy(batch.Clean, start));

    public void Run(AttackBatch batch, AttackSettings settings)
    {
        batch.BeginRun();
        var gradient = batch.LossGradient(batch.Clean, LogitLoss.CrossEntropy, null, settings);
        batch.Step(batch.Clean, gradient, settings.Budget.Radius, settings.Budget, batch.Adversarial);
    }
}
