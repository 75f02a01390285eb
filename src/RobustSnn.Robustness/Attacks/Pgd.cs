using System.Globalization;
using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>Where a run of PGD begins.</summary>
public enum PgdStart
{
    /// <summary>x + U(−ε, ε).</summary>
    Uniform,

    /// <summary>x + 0.001·N(0,1): the adversaries of TRADES and MART.</summary>
    Gaussian,
}

/// <param name="Steps">n, each of 2.5ε/n.</param>
/// <param name="Loss">Cross-entropy, or Kullback-Leibler against the clean logits.</param>
/// <param name="Restarts">Runs with other draws; a sample keeps the first image that is classified wrongly, else the last.</param>
public readonly record struct PgdOptions(
    int Steps, LogitLoss Loss = LogitLoss.CrossEntropy, PgdStart Start = PgdStart.Uniform, int Restarts = 1);

/// <summary>Projected gradient descent: n steps along the sign of the gradient, each projected into the ball and [0,1].</summary>
public sealed class Pgd : IAttack
{
    private const string Noise = "pgd.noise";
    private const string Ones = "pgd.ones";
    private const string Found = "pgd.found";

    private readonly PgdOptions options;

    /// <exception cref="ArgumentException">No steps, no runs, or another loss.</exception>
    public Pgd(PgdOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Restarts, 1);
        if (options.Loss is not (LogitLoss.CrossEntropy or LogitLoss.KullbackLeibler))
        {
            throw new ArgumentException($"PGD maximises CrossEntropy or KullbackLeibler, not {options.Loss}", nameof(options));
        }

        this.options = options;
    }

    /// <summary>TRADES' adversary (METHODS 4): PGD on KL, from beside the image.</summary>
    public static Pgd Trades(int steps) => new(new PgdOptions(steps, LogitLoss.KullbackLeibler, PgdStart.Gaussian));

    /// <summary>MART's adversary (METHODS 4): PGD on cross-entropy, from beside the image.</summary>
    public static Pgd Mart(int steps) => new(new PgdOptions(steps, LogitLoss.CrossEntropy, PgdStart.Gaussian));

    public string Name => string.Create(CultureInfo.InvariantCulture,
        $"{(this.options.Loss == LogitLoss.KullbackLeibler ? "tpgd" : "pgd")}{this.options.Steps}");

    public void Run(AttackBatch batch, AttackSettings settings)
    {
        RunOnce(batch, settings, 0);
        if (this.options.Restarts > 1)
        {
            Restart(batch, settings);
        }
    }

    /// <summary>One run from given images, which must lie in the ball and [0,1].</summary>
    public void RunFrom(AttackBatch batch, AttackSettings settings, DeviceBuffer start)
    {
        var epsilon = settings.Epsilon;
        var step = 2.5f * epsilon / this.options.Steps;
        var reference = this.options.Loss == LogitLoss.KullbackLeibler ? batch.ReferenceLogits(settings.Estimator) : null;
        var pixels = start;
        for (var i = 0; i < this.options.Steps; i++)
        {
            var gradient = batch.LossGradient(pixels, this.options.Loss, reference, settings.Estimator);
            batch.SignStep(pixels, gradient, step, epsilon, batch.Adversarial);
            pixels = batch.Adversarial;
        }
    }

    private void Restart(AttackBatch batch, AttackSettings settings)
    {
        var found = batch.Images(Found);
        var wrong = new bool[batch.Samples];
        for (var run = 1; run < this.options.Restarts && !MarkFooled(batch, settings, wrong); run++)
        {
            batch.Copy(batch.Adversarial, found);
            RunOnce(batch, settings, (ulong)run);
            batch.Select(wrong, found, batch.Adversarial);
        }
    }

    private static bool MarkFooled(AttackBatch batch, AttackSettings settings, bool[] wrong)
    {
        batch.MarkWrong(batch.Classifier.Forward(batch.Adversarial, batch.Samples, settings.Estimator), wrong);
        return Array.TrueForAll(wrong, each => each);
    }

    private void RunOnce(AttackBatch batch, AttackSettings settings, ulong run)
    {
        var noise = batch.Images(Noise);
        var ones = batch.Images(Ones);
        var key = settings.Random.Derive(run);
        var epsilon = settings.Epsilon;
        var backend = batch.Backend;
        backend.Fill(ones, 1);
        if (this.options.Start == PgdStart.Uniform)
        {
            // x + 2ε·u here, and the shift by −ε as a step against ones, which also projects.
            backend.RandomFill(noise, batch.PixelCount, RandomKind.Uniform, key);
            backend.Blend(noise, 2 * epsilon, 1, batch.Clean);
            batch.SignStep(noise, ones, -epsilon, epsilon, noise);
        }
        else
        {
            backend.RandomFill(noise, batch.PixelCount, RandomKind.Normal, key);
            backend.Blend(noise, 0.001f, 1, batch.Clean);
            batch.SignStep(noise, ones, 0, epsilon, noise);
        }

        RunFrom(batch, settings, noise);
    }
}
