using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Training;

/// <summary>
/// One step of robust training: the adversary in evaluation mode, the objective's passes in training mode, then SGD. An ANN's adversary
/// comes first (METHODS 4). A spiking network's clean pass comes before it, so that the adversary runs with the running statistics that this
/// pass left (METHODS 7). Allocates nothing after the first step.
/// </summary>
public sealed class TrainingStep : IDisposable
{
    private readonly SpikingModel model;
    private readonly Adversary? adversary;
    private readonly Classifier classifier;
    private readonly AttackBatch batch;
    private readonly ObjectiveGradient gradient;
    private readonly ParameterTensor[] thresholds;
    private readonly bool isCleanPassFirst;
    private readonly DeviceBuffer? clean; // marks of the samples that are not attacked

    /// <param name="adversary">Needed by every objective but the natural one, which must have none.</param>
    /// <param name="surrogate">Of the training passes.</param>
    /// <param name="cleanShare">
    /// The share of each batch, from 0 to below 1, that adversarial training takes as it is: batches are mixed of clean and adversarial
    /// images. Those that stay clean are spread evenly over the batch, whose order is random.
    /// </param>
    /// <exception cref="BadInputException">Objective and adversary do not go together, or the objective does not mix batches.</exception>
    public TrainingStep(
        SpikingModel model, int batch, int timesteps, TrainingObjective objective, Adversary? adversary, Surrogate surrogate,
        double cleanShare = 0)
    {
        if (cleanShare is not (>= 0 and < 1) || (cleanShare > 0 && objective.Kind != ObjectiveKind.Adversarial))
        {
            throw new BadInputException(
                $"The clean share of a batch expects a number from 0 to below 1, above 0 for adversarial training alone, found {cleanShare} for "
                + $"{objective.Kind}.");
        }

        if (objective.UsesAdversarial != adversary.HasValue)
        {
            throw new BadInputException(
                $"The objective {objective.Kind} expects {(objective.UsesAdversarial ? "an adversary" : "no adversary")}, " +
                $"found {adversary?.Attack.Name ?? "none"}.");
        }

        this.model = model;
        this.adversary = adversary;
        isCleanPassFirst = timesteps > 0;
        if (cleanShare > 0)
        {
            clean = model.Backend.Allocate(batch);
            clean.Upload(Spread(cleanShare, batch));
        }

        classifier = new Classifier(model, batch, timesteps);
        this.batch = new AttackBatch(classifier);
        thresholds = [.. model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold)];
        gradient = new ObjectiveGradient(model, batch, timesteps, objective, surrogate);
    }

    /// <summary>Sees the gradients between the backward passes and the optimiser's step, and may change them: to clip them, to share them.</summary>
    public Action<ParameterSet>? BeforeStep { get; set; }

    /// <summary>Takes a step on a batch of images (sample, channel, row, column) in [0,1].</summary>
    /// <param name="random">Of this step: the adversary's draws and the dropout masks derive from it.</param>
    /// <param name="numbers">Each sample's number in its data set: those draws are its own, wherever it is in the batch.</param>
    /// <exception cref="OperationCanceledException">
    /// Cancelled, before the trained parameters change; a spiking network's clean pass has gone into BatchNorm's running statistics.
    /// </exception>
    public TrainingLoss Run(
        ReadOnlySpan<float> pixels, ReadOnlySpan<int> labels, ReadOnlySpan<int> numbers, SgdSettings sgd, RandomKey random,
        CancellationToken cancellation = default)
    {
        this.batch.Load(pixels, labels, numbers);
        classifier.Cancellation = cancellation;
        var dropout = random.Derive(1);
        if (isCleanPassFirst)
        {
            gradient.ForwardClean(this.batch.Clean, this.batch.Numbers, labels.Length, dropout);
        }

        if (this.adversary is { } adversary)
        {
            adversary.Attack.Run(this.batch, new AttackSettings(adversary.Budget, adversary.Estimator, random.Derive(0), cancellation));
            if (clean is not null)
            {
                this.batch.Select(clean, this.batch.Clean, this.batch.Adversarial);
            }
        }

        if (!isCleanPassFirst)
        {
            gradient.ForwardClean(this.batch.Clean, this.batch.Numbers, labels.Length, dropout);
        }

        this.model.Parameters.ClearGradients();
        var loss = gradient.AccumulateAdversarial(this.batch.Adversarial, this.batch.Labels, this.batch.Numbers, labels, dropout);
        this.model.Parameters.FinishGradients();
        BeforeStep?.Invoke(this.model.Parameters);
        this.model.Parameters.SgdStep(sgd);
        foreach (var threshold in thresholds)
        {
            // As every forward pass does first: what is saved after a step is what the network computes with (METHODS 1).
            this.model.Backend.ClampBelow(threshold.Value, SpikingModel.SmallestThreshold);
        }

        return loss;
    }

    /// <summary>The first images of the last step's batch, as they came and as the adversary left them, for people to look at.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>(sample, channel, row, column); null without an adversary.</returns>
    public (float[] Clean, float[] Adversarial)? LastImages(int most)
    {
        if (adversary is null)
        {
            return null;
        }

        var length = Math.Min(most, this.batch.Samples) * classifier.PixelCount;
        var (before, after) = (new float[length], new float[length]);
        this.batch.Clean.Download(before);
        this.batch.Adversarial.Download(after);
        return (before, after);
    }

    public void Dispose()
    {
        gradient.Dispose();
        clean?.Dispose();
        this.batch.Dispose();
        classifier.Dispose();
    }

    /// <summary>Marks of the first samples of a batch, however many it has, of which that share is set.</summary>
    private static float[] Spread(double share, int samples) =>
        [.. Enumerable.Range(0, samples).Select(i => Math.Round(share * (i + 1)) > Math.Round(share * i) ? 1f : 0)];
}
