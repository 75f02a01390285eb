using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// A run of APGD. A step looks at where a sample is, notes what that is worth, and moves on; the first one looks at the start, so that there is one
/// more than the attack has moves.
/// </summary>
public sealed class ApgdRun : AttackRun
{
    private const float Momentum = 0.75f;

    private readonly ApgdOptions options;
    private readonly Action<DeviceBuffer> draws;
    private readonly Func<float[]>? targetsOfAll;
    private readonly DeviceBuffer? targets;
    private readonly DeviceBuffer best;
    private readonly DeviceBuffer bestAdversarial;
    private readonly DeviceBuffer gradient;
    private readonly DeviceBuffer bestGradient;
    private readonly AttackProgress progress;
    private readonly ApgdProgress beginning;
    private readonly ApgdSchedule schedule;
    private readonly DeviceBuffer wrong;
    private readonly DeviceBuffer everWrong;
    private readonly DeviceBuffer lengths;
    private readonly DeviceBuffer first;
    private readonly DeviceBuffer momenta;
    private readonly DeviceBuffer intervals;
    private readonly DeviceBuffer halved;
    private readonly DeviceBuffer constants;
    private readonly float[] values;
    private DeviceBuffer current;
    private DeviceBuffer previous;
    private DeviceBuffer next;

    /// <param name="draws">Fills a buffer with a draw a pixel: from [0, 1), in L2 normal ones.</param>
    /// <param name="targets">Class of each sample of the batch, as a float, for the losses that have one.</param>
    public ApgdRun(AttackBatch batch, AttackSettings settings, ApgdOptions options, Action<DeviceBuffer> draws, Func<float[]>? targets = null)
        : base(batch, settings)
    {
        this.options = options;
        this.draws = draws;
        targetsOfAll = targets;
        this.targets = targets is null ? null : batch.Vector("apgd.targets");
        current = batch.Images("apgd.0");
        previous = batch.Images("apgd.1");
        next = batch.Images("apgd.2");
        best = batch.Images("apgd.best");
        bestAdversarial = batch.Images("apgd.best-adversarial");
        gradient = batch.Images("apgd.gradient");
        bestGradient = batch.Images("apgd.best-gradient");
        progress = new AttackProgress(batch.Vector("apgd.previous"), batch.Vector("apgd.best"), batch.Vector("apgd.improved"),
            batch.Vector("apgd.rises"), batch.Vector("apgd.best-at-checkpoint"), batch.Vector("apgd.halved"));
        schedule = new ApgdSchedule(options.Steps);
        wrong = batch.Vector("apgd.wrong");
        everWrong = batch.Vector("apgd.ever-wrong");
        lengths = batch.Vector("apgd.lengths");
        first = batch.Vector("apgd.first");
        momenta = batch.Vector("apgd.momenta");
        intervals = batch.Vector("apgd.intervals");
        halved = batch.Vector("apgd.halved-now");
        constants = batch.Vector("apgd.constants");
        beginning = new ApgdProgress(batch.Backend, progress, constants);
        values = new float[batch.Classifier.Batch];
    }

    public override int Steps => (int)Math.Min(Moves + 1L, int.MaxValue);

    public override int Moves => this.options.Steps;

    public ApgdOutcome Outcome => new(best, progress.Best, bestAdversarial, everWrong);

    /// <summary>From x + ε·t / max|t|, t = 2·draw − 1, the maximum over each sample; in L2 from x + ε·draw / ‖draw‖.</summary>
    public override void Enter(DeviceBuffer entering)
    {
        WriteStarts();
        foreach (var images in new[] { current, previous, best, bestAdversarial })
        {
            Batch.Select(entering, next, images);
        }

        if (this.targets is not null)
        {
            constants.Upload(targetsOfAll!());
            Batch.Select(entering, constants, this.targets);
        }

        beginning.Set(entering, lengths, 2 * Settings.Budget.Radius, Batch.Samples);
        beginning.Set(entering, everWrong, 0, Batch.Samples);
        beginning.Enter(entering, Batch.Samples);
        Batch.BeginSamples(Settings.Estimator, entering);
    }

    public override void Step(ReadOnlySpan<int> ages)
    {
        Settings.Cancellation.ThrowIfCancellationRequested();
        Look();
        Note(ages);
        Return(ages);
        Move(ages);
        Batch.Copy(best, Batch.Adversarial);
        Batch.Select(everWrong, bestAdversarial, Batch.Adversarial);
        if (Settings.StopsEarly)
        {
            Batch.Backend.Copy(wrong, Batch.Broken, Batch.Samples);
        }
        else
        {
            Batch.Backend.Fill(Batch.Broken, 0);
        }
    }

    private void WriteStarts()
    {
        var budget = Settings.Budget;
        this.draws(next);
        if (budget.Norm == Norm.Infinity)
        {
            Batch.Backend.StretchDraws(next, Batch.Labels, budget.Radius, Batch.Samples);
            Batch.Backend.Blend(next, 1, 1, Batch.Clean);
            Batch.Step(next, next, 0, budget, next);
        }
        else
        {
            Batch.Step(Batch.Clean, next, budget.Radius, budget, next);
        }
    }

    private void Look()
    {
        var gradient = Batch.LossGradient(current, this.options.Loss, null, Settings, out var logits, this.targets);
        Batch.Copy(gradient, this.gradient);
        Batch.MarkWrong(Batch.Deployed(current, logits, Settings.Estimator), wrong, everWrong);
        Batch.Select(wrong, current, bestAdversarial);
    }

    private void Note(ReadOnlySpan<int> ages)
    {
        Batch.Backend.TrackLosses(progress, Batch.LossValues, Batch.Samples);
        Batch.Select(progress.Improved, current, best);
        Batch.Select(progress.Improved, this.gradient, bestGradient);
        if (ages.Contains(0))
        {
            Upload(first, ages, static (age, _) => age == 0 ? 1 : 0);
            beginning.Started(first, Batch.LossValues, Batch.Samples);
        }
    }

    /// <summary>At checkpoints: where progress has ended, steps are halved, and samples are back where their loss was highest.</summary>
    private void Return(ReadOnlySpan<int> ages)
    {
        Upload(intervals, ages, static (age, its) => age == its.options.Steps ? 0 : its.schedule.IntervalAfter(age));
        if (values.AsSpan(0, ages.Length).ContainsAnyExcept(0f))
        {
            Batch.Backend.HalveSteps(progress, intervals, lengths, halved, Batch.Samples);
            Batch.Select(halved, best, current);
            Batch.Select(halved, bestGradient, this.gradient);
        }
    }

    private void Move(ReadOnlySpan<int> ages)
    {
        Upload(momenta, ages, static (age, _) => age == 0 ? 1 : Momentum);
        Batch.Backend.MomentumAttackStep(
            current, previous, this.gradient, Batch.Clean, lengths, momenta, Settings.Budget, next, Batch.Samples);
        (previous, current, next) = (current, next, previous);
    }

    private void Upload(DeviceBuffer target, ReadOnlySpan<int> ages, Func<int, ApgdRun, float> value)
    {
        for (var i = 0; i < ages.Length; i++)
        {
            values[i] = value(ages[i], this);
        }

        target.Upload(values.AsSpan(0, ages.Length));
    }
}
