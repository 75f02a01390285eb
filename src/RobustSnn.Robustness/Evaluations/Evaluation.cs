using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Accuracy of a network over a whole data set, clean and under attacks (METHODS 8), and its activity (METHODS 9).</summary>
public sealed class Evaluation : IDisposable
{
    private readonly EvaluationOptions options;
    private readonly Classifier classifier;
    private readonly AttackBatch batch;
    private readonly DeviceBuffer pixelsDevice;
    private readonly float[] pixels;
    private readonly int[] labels;
    private readonly int[] numbers;
    private readonly int[] predictions;

    /// <exception cref="BadInputException">A negative T, or no samples a batch.</exception>
    public Evaluation(SpikingModel model, EvaluationOptions options)
    {
        if (options.Batch < 1 || options.Timesteps < 0)
        {
            throw new BadInputException(
                $"An evaluation expects a batch of at least 1 and T of at least 0; found batch {options.Batch}, T {options.Timesteps}.");
        }

        this.options = options;
        classifier = new Classifier(model, options.Batch, options.Timesteps);
        this.batch = new AttackBatch(classifier);
        pixels = new float[options.Batch * classifier.PixelCount];
        pixelsDevice = classifier.Backend.Allocate(pixels.Length);
        labels = new int[options.Batch];
        numbers = new int[options.Batch];
        this.predictions = new int[options.Batch];
    }

    /// <summary>Evaluates on every sample of the source.</summary>
    /// <exception cref="BadInputException">No samples, or a label that is none of the network's classes.</exception>
    /// <exception cref="InvalidOperationException">An attack left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationResult Run(
        ISampleSource source, IReadOnlyList<AttackInBudget> attacks, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        if (attacks.Any(attack => !(attack.Budget.Radius >= 0 && float.IsFinite(attack.Budget.Radius))))
        {
            throw new BadInputException("The radius of an attack expects a finite number of at least 0.");
        }

        if (source.Count < 1)
        {
            throw new BadInputException("The data set to evaluate on has no samples, expected at least 1.");
        }

        var tally = new EvaluationTally(classifier.Model, [.. attacks.Select(each => each with { Attack = each.Attack.For(this.options.Timesteps) })]);
        var random = new RandomKey(this.options.Seed, 0);
        classifier.Cancellation = cancellation;
        for (var first = 0; first < source.Count; first += this.options.Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = Math.Min(this.options.Batch, source.Count - first);
            source.Read(first, pixels.AsSpan(0, samples * classifier.PixelCount), labels.AsSpan(0, samples), numbers.AsSpan(0, samples),
                classifier.Classes);
            var correct = RunClean(samples, tally);
            for (var i = 0; i < tally.Attacks.Count; i++)
            {
                var (attack, budget) = tally.Attacks[i];
                this.batch.Load(pixels.AsSpan(0, correct * classifier.PixelCount), labels.AsSpan(0, correct), numbers.AsSpan(0, correct));
                attack.Run(this.batch, budget, random.Derive(attack.Name), tally.Members[i], cancellation);
                tally.Correct[i] += this.batch.Samples;
                progress?.Report(new EvaluationProgress(attack.Name, tally.Samples, source.Count, tally.Correct[i]));
            }
        }

        return tally.Finish(this.options);
    }

    public void Dispose()
    {
        pixelsDevice.Dispose();
        this.batch.Dispose();
        classifier.Dispose();
    }

    /// <summary>Counts on clean images, and moves the correct samples to the front. Gives their number.</summary>
    private int RunClean(int samples, EvaluationTally tally)
    {
        var count = classifier.PixelCount;
        pixelsDevice.Upload(pixels.AsSpan(0, samples * count));
        var predictions = this.predictions.AsSpan(0, samples);
        classifier.Predict(pixelsDevice, predictions, countSpikes: this.options.Timesteps > 0);
        tally.AddSpikes(classifier);

        var correct = 0;
        for (var i = 0; i < samples; i++)
        {
            if (predictions[i] == labels[i])
            {
                pixels.AsSpan(i * count, count).CopyTo(pixels.AsSpan(correct * count));
                (labels[correct], numbers[correct]) = (labels[i], numbers[i]);
                correct++;
            }
        }

        tally.AddClean(samples, correct, predictions.Count(Predictions.None));
        return correct;
    }
}
