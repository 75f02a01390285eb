using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Attacks;

/// <summary>Where a run of PGD begins.</summary>
public enum PgdStart
{
    /// <summary>x + U(−ε, ε); in L2 uniform in the ball.</summary>
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
        $"{Family}{this.options.Steps}{(this.options.Restarts > 1 ? $"(restarts={this.options.Restarts})" : "")}");

    private string Family => this.options switch
    {
        { Loss: LogitLoss.KullbackLeibler } => "tpgd",
        { Start: PgdStart.Gaussian } => "mart",
        _ => "pgd",
    };

    public long Passes(IClassifier classifier) => (long)this.options.Steps * this.options.Restarts;

    public int Rounds(IClassifier classifier) => this.options.Restarts;

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) =>
        new SteppingRun(batch, settings, this.options.Steps, StepLength(settings.Budget), this.options.Loss,
            start => Start(batch, settings.Budget, settings.Random.Derive((ulong)round), start));

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
        batch.BeginRun();
        var step = StepLength(settings.Budget);
        var reference = this.options.Loss == LogitLoss.KullbackLeibler ? batch.ReferenceLogits(settings.Estimator) : null;
        var pixels = start;
        for (var i = 0; i < this.options.Steps; i++)
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            var gradient = batch.LossGradient(pixels, this.options.Loss, reference, settings);
            batch.Step(pixels, gradient, step, settings.Budget, batch.Adversarial);
            pixels = batch.Adversarial;
        }
    }

    private void Restart(AttackBatch batch, AttackSettings settings)
    {
        var found = batch.Images(Found);
        var wrong = batch.Vector(Found);
        for (var run = 1; run < this.options.Restarts && !MarkFooled(batch, wrong); run++)
        {
            batch.Copy(batch.Adversarial, found);
            RunOnce(batch, settings, (ulong)run);
            batch.Select(wrong, found, batch.Adversarial);
        }
    }

    /// <summary>By the network as deployed, whose judgement is what counts in the end: the estimator's pass may differ.</summary>
    private static bool MarkFooled(AttackBatch batch, DeviceBuffer wrong)
    {
        batch.MarkWrong(batch.Classifier.Logits(batch.Adversarial, batch.Samples), wrong);
        return batch.CountMarked(wrong) == batch.Samples;
    }

    private float StepLength(Budget budget) => 2.5f * budget.Radius / this.options.Steps;

    private void RunOnce(AttackBatch batch, AttackSettings settings, ulong run)
    {
        var noise = batch.Images(Noise);
        Start(batch, settings.Budget, settings.Random.Derive(run), noise);
        RunFrom(batch, settings, noise);
    }

    /// <summary>Writes where each sample starts.</summary>
    private void Start(AttackBatch batch, Budget budget, RandomKey key, DeviceBuffer noise)
    {
        if (this.options.Start == PgdStart.Gaussian)
        {
            batch.Draw(noise, RandomKind.Normal, key);
            batch.Backend.Blend(noise, 0.001f, 1, batch.Clean);
            batch.Step(noise, noise, 0, budget, noise);
        }
        else if (budget.Norm == Norm.Infinity)
        {
            // x + 2ε·u here, and the shift by −ε as a step against ones, which also projects.
            var ones = batch.Images(Ones);
            batch.Backend.Fill(ones, 1);
            batch.Draw(noise, RandomKind.Uniform, key);
            batch.Backend.Blend(noise, 2 * budget.Radius, 1, batch.Clean);
            batch.Step(noise, ones, -budget.Radius, budget, noise);
        }
        else
        {
            // a normal direction, at a distance whose d-th power is uniform
            var share = batch.Vector(Noise);
            batch.Draw(noise, RandomKind.Normal, key.Derive(0));
            batch.Draw(share, RandomKind.Uniform, key.Derive(1));
            batch.Backend.BallDistances(share, budget.Radius, batch.Classifier.PixelCount, batch.StepSizes, batch.Samples);
            batch.Backend.AttackStep(batch.Clean, noise, batch.Clean, batch.StepSizes, budget, noise, batch.Samples);
        }
    }
}
