using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>Steps of one length along the gradient, from a start in the ball: what FGSM, RFGSM and PGD are once they have begun.</summary>
internal sealed class SteppingRun : AttackRun
{
    private const string Seen = "stepping.seen";
    private const string Reference = "stepping.reference";

    private readonly float length;
    private readonly LogitLoss loss;
    private readonly Action<DeviceBuffer> start;
    private readonly DeviceBuffer? reference;

    /// <param name="steps">How many.</param>
    /// <param name="length">Of each, as the budget's norm measures it.</param>
    /// <param name="loss">What rises.</param>
    /// <param name="start">Writes the start of every sample of the batch.</param>
    public SteppingRun(AttackBatch batch, AttackSettings settings, int steps, float length, LogitLoss loss, Action<DeviceBuffer> start)
        : base(batch, settings)
    {
        Steps = steps;
        this.length = length;
        this.loss = loss;
        this.start = start;
        reference = loss.HasReference() ? batch.Logits(Reference) : null;
    }

    public override int Steps { get; }

    public override void Enter(DeviceBuffer entering)
    {
        var seen = Batch.Images(Seen);
        this.start(seen);
        Batch.Select(entering, seen, Batch.Adversarial);
        Batch.BeginSamples(Settings.Estimator, entering);
        if (reference is not null)
        {
            // Only of a network with T = 0 are they not known beforehand.
            var logits = Batch.Classifier.IsDeployed(Settings.Estimator)
                ? Batch.CleanLogits
                : Batch.Classifier.Forward(Batch.Clean, Batch.Samples, Settings.Estimator);
            Batch.Select(entering, logits, reference);
        }
    }

    public override void Step(ReadOnlySpan<int> ages)
    {
        Settings.Cancellation.ThrowIfCancellationRequested();
        var gradient = Batch.LossGradient(Batch.Adversarial, this.loss, reference, Settings, out var logits);
        if (Settings.StopsEarly && (Batch.Classifier.IsDeployed(Settings.Estimator) || Batch.Classifier.JudgesOnTheWay))
        {
            var seen = Batch.Images(Seen);
            Batch.MarkWrong(Batch.Deployed(Batch.Adversarial, logits, Settings.Estimator), Batch.Broken);
            Batch.Select(Batch.Broken, Batch.Adversarial, seen);
            Batch.Step(Batch.Adversarial, gradient, this.length, Settings.Budget, Batch.Adversarial);
            Batch.Select(Batch.Broken, seen, Batch.Adversarial);
        }
        else
        {
            Batch.Backend.Fill(Batch.Broken, 0);
            Batch.Step(Batch.Adversarial, gradient, this.length, Settings.Budget, Batch.Adversarial);
        }
    }
}
