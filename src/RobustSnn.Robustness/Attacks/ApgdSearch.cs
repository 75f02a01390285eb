using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Robustness.Attacks;

/// <summary>One run of APGD over a batch.</summary>
internal sealed class ApgdSearch
{
    private const float Momentum = 0.75f;

    private readonly AttackBatch batch;
    private readonly AttackSettings settings;
    private readonly ApgdOptions options;
    private readonly DeviceBuffer? targets;
    private readonly DeviceBuffer best;
    private readonly DeviceBuffer bestAdversarial;
    private readonly DeviceBuffer gradient;
    private readonly DeviceBuffer bestGradient;
    private readonly AttackProgress progress;
    private readonly ApgdSchedule schedule;
    private readonly DeviceBuffer wrong;
    private readonly DeviceBuffer everWrong;
    private readonly DeviceBuffer momenta;
    private readonly DeviceBuffer intervals;
    private readonly DeviceBuffer halvedNow;
    private DeviceBuffer current;
    private DeviceBuffer previous;
    private DeviceBuffer next;

    /// <param name="targets">Class of each sample, as a float, for the losses that have one.</param>
    public ApgdSearch(AttackBatch batch, AttackSettings settings, ApgdOptions options, DeviceBuffer? targets = null)
    {
        this.batch = batch;
        this.settings = settings;
        this.options = options;
        this.targets = targets;
        current = batch.Images("apgd.0");
        previous = batch.Images("apgd.1");
        next = batch.Images("apgd.2");
        best = batch.Images("apgd.best");
        bestAdversarial = batch.Images("apgd.best-adversarial");
        this.gradient = batch.Images("apgd.gradient");
        bestGradient = batch.Images("apgd.best-gradient");
        progress = new AttackProgress(batch.Vector("apgd.previous"), batch.Vector("apgd.best"), batch.Vector("apgd.improved"),
            batch.Vector("apgd.rises"), batch.Vector("apgd.best-at-checkpoint"), batch.Vector("apgd.halved"));
        schedule = new ApgdSchedule(options.Steps);
        wrong = batch.Vector("apgd.wrong");
        everWrong = batch.Vector("apgd.ever-wrong");
        momenta = batch.Vector("apgd.momenta");
        intervals = batch.Vector("apgd.intervals");
        halvedNow = batch.Vector("apgd.halved-now");
    }

    public ApgdOutcome Outcome => new(best, progress.Best, bestAdversarial, everWrong);

    /// <summary>From x + ε·t / max|t|, t = 2·draw − 1, the maximum over each sample; in L2 from x + ε·draw / ‖draw‖.</summary>
    public void Start(DeviceBuffer draw)
    {
        var budget = this.settings.Budget;
        if (budget.Norm == Norm.Infinity)
        {
            this.batch.Backend.StretchDraws(draw, this.batch.Labels, budget.Radius, this.batch.Samples);
            this.batch.Backend.Blend(draw, 1, 1, this.batch.Clean);
            this.batch.Step(draw, draw, 0, budget, current);
        }
        else
        {
            this.batch.Step(this.batch.Clean, draw, budget.Radius, budget, current);
        }

        this.batch.Copy(current, previous);
        this.batch.Copy(current, best);
        this.batch.Copy(current, bestAdversarial);

        this.batch.Backend.Fill(this.batch.StepSizes, 2 * budget.Radius);
        this.batch.Backend.Fill(everWrong, 0);
        Evaluate(withGradient: true);
        this.batch.Copy(this.gradient, bestGradient);
        ApgdProgress.Begin(this.batch.Backend, progress, this.batch.LossValues, this.batch.Samples);
    }

    /// <summary>All of a run: from the draw, which it overwrites, through its steps.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ApgdOutcome Run(DeviceBuffer draw)
    {
        Start(draw);
        for (var step = 0; step < this.options.Steps; step++)
        {
            this.settings.Cancellation.ThrowIfCancellationRequested();
            Step(step == 0 ? 1 : Momentum, last: step == this.options.Steps - 1);
        }

        return Outcome;
    }

    public void Step(float momentum, bool last)
    {
        this.batch.Backend.Fill(momenta, momentum);
        this.batch.Backend.MomentumAttackStep(
            current, previous, this.gradient, this.batch.Clean, this.batch.StepSizes, momenta, this.settings.Budget, next, this.batch.Samples);
        (previous, current, next) = (current, next, previous);

        Evaluate(withGradient: !last);
        this.batch.Select(wrong, current, bestAdversarial);
        this.batch.Backend.TrackLosses(progress, this.batch.LossValues, this.batch.Samples);
        this.batch.Select(progress.Improved, current, best);
        this.batch.Select(progress.Improved, this.gradient, bestGradient);
        if (schedule.Advance() && !last)
        {
            this.batch.Backend.Fill(intervals, schedule.Interval);
            this.batch.Backend.HalveSteps(progress, intervals, this.batch.StepSizes, halvedNow, this.batch.Samples);
            this.batch.Select(halvedNow, best, current);
            this.batch.Select(halvedNow, bestGradient, this.gradient);
        }
    }

    private void Evaluate(bool withGradient)
    {
        DeviceBuffer logits;
        if (withGradient)
        {
            var gradient = this.batch.LossGradient(current, this.options.Loss, null, this.settings, out logits, this.targets);
            this.batch.Copy(gradient, this.gradient);
        }
        else
        {
            logits = this.batch.Losses(current, this.options.Loss, null, this.settings, this.targets);
        }

        this.batch.MarkWrong(this.batch.Deployed(current, logits, this.settings.Estimator), wrong, everWrong);
    }
}
