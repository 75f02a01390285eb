using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Loss">Cross-entropy, or the difference of logits ratio, which needs 3 classes.</param>
/// <param name="Steps">n.</param>
public readonly record struct SaPgdOptions(LogitLoss Loss = LogitLoss.CrossEntropy, int Steps = SaPgd.UsualSteps);

/// <summary>
/// SA-PGD (METHODS 10): steps along a gradient with momentum, divided by the root of its running square, of a length that is halved at each of APGD's
/// checkpoints. With ASSG for its gradient it is the strongest single attack that is reported on spiking networks.
/// </summary>
public sealed class SaPgd : IAttack
{
    /// <summary>What its authors use.</summary>
    public const int UsualSteps = 100;

    private readonly SaPgdOptions options;

    /// <exception cref="ArgumentException">No steps, or another loss.</exception>
    public SaPgd(SaPgdOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        if (options.Loss is not (LogitLoss.CrossEntropy or LogitLoss.DifferenceOfLogitsRatio))
        {
            throw new ArgumentException($"SA-PGD maximises CrossEntropy or DifferenceOfLogitsRatio, not {options.Loss}", nameof(options));
        }

        this.options = options;
    }

    public string Name => (this.options.Loss == LogitLoss.CrossEntropy ? "sa-pgd" : "sa-pgd-dlr")
        + (this.options.Steps == UsualSteps ? "" : string.Create(CultureInfo.InvariantCulture, $"(steps={this.options.Steps})"));

    public bool Takes(Norm norm) => norm == Norm.Infinity;

    public long Passes(IClassifier classifier) => this.options.Steps + 1L;

    public int LeastClasses => this.options.Loss.LeastClasses();

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round)
    {
        if (!Takes(settings.Budget.Norm))
        {
            throw new BadInputException($"sa-pgd expects a radius in L∞, e.g. 8/255, found one in {settings.Budget.Norm} norm.");
        }

        if (batch.Classifier.Classes < this.options.Loss.LeastClasses())
        {
            throw new BadInputException($"sa-pgd-dlr expects at least {this.options.Loss.LeastClasses()} classes, the network has "
                + $"{batch.Classifier.Classes}. Use sa-pgd.");
        }

        return new Descent(batch, settings, this.options);
    }

    /// <summary>Gives the last image that the network as deployed got wrong, where there is one; elsewhere the last.</summary>
    /// <inheritdoc/>
    public void Run(AttackBatch batch, AttackSettings settings) => Begin(batch, settings, 0).RunTogether();

    /// <remarks>A step looks at where a sample is and moves on: there is one more than the attack has moves.</remarks>
    private sealed class Descent : AttackRun
    {
        private readonly SaPgdOptions options;
        private readonly ApgdSchedule schedule;
        private readonly DeviceBuffer current;
        private readonly DeviceBuffer scratch;
        private readonly DeviceBuffer mean;
        private readonly DeviceBuffer square;
        private readonly DeviceBuffer found;
        private readonly DeviceBuffer lengths;
        private readonly DeviceBuffer wrong;
        private readonly DeviceBuffer everWrong;
        private readonly float[] values;

        public Descent(AttackBatch batch, AttackSettings settings, SaPgdOptions options)
            : base(batch, settings)
        {
            this.options = options;
            schedule = new ApgdSchedule(options.Steps);
            current = batch.Images("sa-pgd.current");
            scratch = batch.Images("sa-pgd.scratch");
            mean = batch.Images("sa-pgd.mean");
            square = batch.Images("sa-pgd.square");
            found = batch.Images("sa-pgd.found");
            lengths = batch.Vector("sa-pgd.lengths");
            wrong = batch.Vector("sa-pgd.wrong");
            everWrong = batch.Vector("sa-pgd.ever-wrong");
            values = new float[batch.Classifier.Batch];
        }

        public override int Steps => (int)Math.Min(Moves + 1L, int.MaxValue);

        public override int Moves => this.options.Steps;

        public override void Enter(DeviceBuffer entering)
        {
            Apgd.Draw(Batch, Settings, scratch);
            Batch.Backend.StretchDraws(scratch, Batch.Labels, Settings.Budget.Radius, Batch.Samples);
            Batch.Backend.Blend(scratch, 1, 1, Batch.Clean);
            Batch.Step(scratch, scratch, 0, Settings.Budget, scratch);
            Batch.Select(entering, scratch, current);
            Batch.Backend.Fill(scratch, 0);
            Batch.Select(entering, scratch, mean);
            Batch.Select(entering, scratch, square);
            Batch.Backend.Fill(wrong, 0);
            Batch.Select(entering, wrong, everWrong);
            Batch.BeginSamples(Settings.Estimator, entering);
        }

        public override void Step(ReadOnlySpan<int> ages)
        {
            Settings.Cancellation.ThrowIfCancellationRequested();
            var gradient = Batch.LossGradient(current, this.options.Loss, null, Settings, out var logits);
            Batch.Copy(gradient, scratch); // asking the network as deployed may take the gradient's place
            Batch.MarkWrong(Batch.Deployed(current, logits, Settings.Estimator), wrong, everWrong);
            Batch.Select(wrong, current, found);
            Batch.Copy(current, Batch.Adversarial);
            Batch.Select(everWrong, found, Batch.Adversarial);
            for (var i = 0; i < ages.Length; i++)
            {
                values[i] = MathF.ScaleB(Settings.Budget.Radius, -schedule.CountUpTo(ages[i]));
            }

            lengths.Upload(values.AsSpan(0, ages.Length));
            Batch.Backend.NormalisedAttackStep(
                current, scratch, Batch.Clean, lengths, mean, square, Settings.Budget.Radius, current, Batch.Samples);
            if (Settings.StopsEarly)
            {
                Batch.Backend.Copy(wrong, Batch.Broken, Batch.Samples);
            }
            else
            {
                Batch.Backend.Fill(Batch.Broken, 0);
            }
        }
    }
}
