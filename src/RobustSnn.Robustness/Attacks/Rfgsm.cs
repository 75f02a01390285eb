using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Loss">Cross-entropy, or Kullback-Leibler against the clean logits.</param>
/// <param name="AlphaShare">α / ε.</param>
public readonly record struct RfgsmOptions(LogitLoss Loss = LogitLoss.CrossEntropy, float AlphaShare = 0.5f);

/// <summary>A random step, then a gradient step: x' = x + α·sign(N(0,1)), then x' + (ε − α)·sign(∇ at x').</summary>
public sealed class Rfgsm : IAttack
{
    private const string Noise = "rfgsm.noise";

    private readonly RfgsmOptions options;

    /// <exception cref="ArgumentException">Another loss, or α outside [0, ε].</exception>
    public Rfgsm(RfgsmOptions options)
    {
        if (options.Loss is not (LogitLoss.CrossEntropy or LogitLoss.KullbackLeibler))
        {
            throw new ArgumentException($"RFGSM maximises CrossEntropy or KullbackLeibler, not {options.Loss}", nameof(options));
        }

        if (options.AlphaShare is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"α/ε is {options.AlphaShare}, expected from 0 to 1", nameof(options));
        }

        this.options = options;
    }

    public string Name => (this.options.Loss == LogitLoss.CrossEntropy ? "rfgsm" : "rfgsm-kl")
        + (this.options.AlphaShare == new RfgsmOptions(default).AlphaShare ? "" : string.Create(CultureInfo.InvariantCulture, $"(alpha={this.options.AlphaShare:R})"));

    public long Passes(IClassifier classifier) => 1;

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
        new SteppingRun(batch, settings, 1, settings.Budget.Radius - Alpha(settings.Budget), this.options.Loss, start =>
        {
            batch.Draw(start, RandomKind.Normal, settings.Random.Derive(0));
            batch.Step(batch.Clean, start, Alpha(settings.Budget), settings.Budget, start);
        });

    public void Run(AttackBatch batch, AttackSettings settings)
    {
        var noise = batch.Images(Noise);
        batch.Draw(noise, RandomKind.Normal, settings.Random.Derive(0));
        RunFrom(batch, settings, noise);
    }

    /// <summary>With given noise, of which only the signs count.</summary>
    public void RunFrom(AttackBatch batch, AttackSettings settings, DeviceBuffer noise)
    {
        batch.BeginRun();
        var (loss, budget) = (this.options.Loss, settings.Budget);
        var alpha = Alpha(budget);
        var reference = loss == LogitLoss.KullbackLeibler ? batch.ReferenceLogits(settings.Estimator) : null;
        batch.Step(batch.Clean, noise, alpha, budget, batch.Adversarial);
        var gradient = batch.LossGradient(batch.Adversarial, loss, reference, settings);
        batch.Step(batch.Adversarial, gradient, budget.Radius - alpha, budget, batch.Adversarial);
    }

    private float Alpha(Budget budget) => this.options.AlphaShare * budget.Radius;
}
