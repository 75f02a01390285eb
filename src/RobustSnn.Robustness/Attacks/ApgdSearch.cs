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
    private readonly float[] stepSizesHost;
    private readonly float[] losses;
    private readonly DeviceBuffer wrong;
    private readonly DeviceBuffer everWrong;
    private DeviceBuffer current;
    private DeviceBuffer previous;
    private DeviceBuffer next;
    private ApgdProgress? progress;

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
        stepSizesHost = new float[batch.Samples];
        losses = new float[batch.Samples];
        wrong = batch.Vector("apgd.wrong");
        everWrong = batch.Vector("apgd.ever-wrong");
    }

    public ApgdOutcome Outcome => new(best, Progress.BestLosses, bestAdversarial, everWrong);

    private ApgdProgress Progress => progress ?? throw new InvalidOperationException("APGD has not been started");

    /// <summary>From x + ε·t / max|t|, t = 2·draw − 1, the maximum over each sample; in L2 from x + ε·draw / ‖draw‖.</summary>
    public void Start(DeviceBuffer draw)
    {
        var budget = this.settings.Budget;
        if (budget.Norm == Norm.Infinity)
        {
            ScaleToBall(draw);
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

        Array.Fill(stepSizesHost, 2 * budget.Radius);
        this.batch.StepSizes.Upload(stepSizesHost);
        this.batch.Backend.Fill(everWrong, 0);
        Evaluate(withGradient: true);
        this.batch.Copy(this.gradient, bestGradient);
        progress = new ApgdProgress(this.options.Steps, losses);
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
        this.batch.Backend.MomentumAttackStep(
            current, previous, this.gradient, this.batch.Clean, this.batch.StepSizes, momentum, this.settings.Budget, next, this.batch.Samples);
        (previous, current, next) = (current, next, previous);

        Evaluate(withGradient: !last);
        this.batch.Select(wrong, current, bestAdversarial);
        var atCheckpoint = Progress.Observe(losses);
        this.batch.Select(Progress.Improved, current, best);
        this.batch.Select(Progress.Improved, this.gradient, bestGradient);
        if (atCheckpoint && !last)
        {
            HalveSteps();
        }
    }

    private void Evaluate(bool withGradient)
    {
        DeviceBuffer logits;
        if (withGradient)
        {
            var gradient = this.batch.LossGradient(current, this.options.Loss, null, this.settings.Estimator, out logits, this.targets);
            this.batch.Copy(gradient, this.gradient);
        }
        else
        {
            logits = this.batch.Losses(current, this.options.Loss, null, this.settings.Estimator, this.targets);
        }

        this.batch.LossValues.Download(losses);
        this.batch.MarkWrong(this.batch.Deployed(current, logits, this.settings.Estimator), wrong, everWrong);
    }

    private void HalveSteps()
    {
        for (var sample = 0; sample < stepSizesHost.Length; sample++)
        {
            stepSizesHost[sample] *= Progress.Halved[sample] ? 0.5f : 1;
        }

        this.batch.StepSizes.Upload(stepSizesHost);
        this.batch.Select(Progress.Halved, best, current);
        this.batch.Select(Progress.Halved, bestGradient, this.gradient);
    }

    private void ScaleToBall(DeviceBuffer draw)
    {
        var count = this.batch.Classifier.PixelCount;
        var values = this.batch.Scratch;
        draw.Download(values);
        for (var sample = 0; sample < this.batch.Samples; sample++)
        {
            var row = values.Slice(sample * count, count);
            var largest = 0f;
            foreach (ref var value in row)
            {
                value = 2 * value - 1;
                largest = Math.Max(largest, Math.Abs(value));
            }

            // A draw of exactly 1/2 everywhere starts at the image.
            var scale = largest > 0 ? this.settings.Budget.Radius / largest : 0;
            foreach (ref var value in row)
            {
                value *= scale;
            }
        }

        draw.Upload(values);
    }
}
