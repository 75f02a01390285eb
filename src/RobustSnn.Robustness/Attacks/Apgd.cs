using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Loss">Cross-entropy, or the difference of logits ratio (DLR), which needs 3 classes.</param>
/// <param name="Steps">10 inside the ensembles.</param>
public readonly record struct ApgdOptions(LogitLoss Loss, int Steps = 10);

/// <summary>What a run of APGD found. Buffers are the batch's, until its next attack.</summary>
/// <param name="Best">Of each sample, the image with the highest loss.</param>
/// <param name="BestLosses">Of each sample, that loss.</param>
/// <param name="BestAdversarial">Of each fooled sample, the last image that is classified wrongly; of others, the start.</param>
/// <param name="Fooled">1 for each sample that the network as deployed got wrong at the start or after some step, else 0.</param>
public readonly record struct ApgdOutcome(DeviceBuffer Best, DeviceBuffer BestLosses, DeviceBuffer BestAdversarial, DeviceBuffer Fooled);

/// <summary>
/// Auto-PGD (Croce and Hein, ICML 2020; METHODS 8): momentum, a step of 2ε that is halved sample by sample where progress ends, and
/// the best point kept.
/// </summary>
public sealed class Apgd : IAttack
{
    private readonly ApgdOptions options;

    /// <exception cref="ArgumentException">No steps, or another loss.</exception>
    public Apgd(ApgdOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        if (options.Loss is not (LogitLoss.CrossEntropy or LogitLoss.DifferenceOfLogitsRatio))
        {
            throw new ArgumentException($"APGD maximises CrossEntropy or DifferenceOfLogitsRatio, not {options.Loss}", nameof(options));
        }

        this.options = options;
    }

    public string Name => (this.options.Loss == LogitLoss.CrossEntropy ? "apgd-ce" : "apgd-dlr")
        + (this.options.Steps == new ApgdOptions(default).Steps ? "" : string.Create(CultureInfo.InvariantCulture, $"(steps={this.options.Steps})"));

    public long Passes(IClassifier classifier) => this.options.Steps + 1L;

    public int LeastClasses => this.options.Loss.LeastClasses();

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round)
    {
        RequireClasses(batch);
        return new ApgdRun(batch, settings, this.options, draw => Draw(batch, settings, draw));
    }

    /// <summary>
    /// Gives the last image that the network as deployed got wrong, where there is one; elsewhere the one with the highest loss.
    /// </summary>
    /// <exception cref="BadInputException">DLR with fewer than 3 classes.</exception>
    public void Run(AttackBatch batch, AttackSettings settings)
    {
        var draw = batch.Images("apgd.draw");
        Draw(batch, settings, draw);
        var outcome = RunFrom(batch, settings, draw);
        batch.Copy(outcome.Best, batch.Adversarial);
        batch.Select(outcome.Fooled, outcome.BestAdversarial, batch.Adversarial);
    }

    /// <summary>With given draws, one a pixel: from [0,1), in L2 normal ones.</summary>
    /// <exception cref="BadInputException">DLR with fewer than 3 classes.</exception>
    public ApgdOutcome RunFrom(AttackBatch batch, AttackSettings settings, DeviceBuffer draw)
    {
        RequireClasses(batch);
        var run = new ApgdRun(batch, settings, this.options, buffer => batch.Copy(draw, buffer));
        run.RunTogether();
        return run.Outcome;
    }

    /// <summary>A draw a pixel, each sample's its own: what a run starts from.</summary>
    internal static void Draw(AttackBatch batch, AttackSettings settings, DeviceBuffer draw) =>
        batch.Draw(draw, settings.Budget.Norm == Norm.Infinity ? RandomKind.Uniform : RandomKind.Normal, settings.Random);

    private void RequireClasses(AttackBatch batch)
    {
        if (batch.Classifier.Classes < this.options.Loss.LeastClasses())
        {
            throw new BadInputException(
                $"apgd-dlr expects at least {this.options.Loss.LeastClasses()} classes, the network has {batch.Classifier.Classes}. Use apgd-ce.");
        }
    }
}
