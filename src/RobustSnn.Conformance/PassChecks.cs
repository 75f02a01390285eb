using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness;

namespace RobustSnn.Conformance;

/// <summary>Checks of single passes in evaluation mode: logits, spikes and input gradients.</summary>
internal sealed class PassChecks(GoldenCase golden, CaseNetwork network, Expectations expected) : IDisposable
{
    private const double LogitTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    private SpikingModel? model;
    private Classifier? classifier;
    private AttackBatch? batch;

    private SpikingModel Model => model ??= network.Load();

    private Classifier Classifier => this.classifier ??= new Classifier(Model, golden.Batch, golden.Timesteps);

    private AttackBatch Batch => this.batch ??= LoadBatch(golden, Classifier);

    public static AttackBatch LoadBatch(GoldenCase golden, Classifier classifier)
    {
        var pixels = golden.Tensor("x").Values;
        var labels = golden.Labels();
        if (pixels.Length != labels.Length * classifier.PixelCount || labels.Max() >= classifier.Classes)
        {
            throw new BadInputException(
                $"'x' has {pixels.Length} values and 'y' has [{string.Join(", ", labels)}], expected {labels.Length} images of " +
                $"{classifier.PixelCount} and classes below {classifier.Classes}.");
        }

        var batch = new AttackBatch(classifier);
        batch.Load(pixels, labels, [.. Enumerable.Range(0, labels.Length)]);
        return batch;
    }

    public Finding Logits(string name, int timesteps) => CompareLogits(name, LogitsOf(timesteps));

    /// <summary>Which clean samples are classified correctly.</summary>
    public Finding Correct()
    {
        var predictions = new int[golden.Batch];
        Classifier.Predict(Batch.Clean, predictions);
        float[] correct = [.. predictions.Zip(golden.Labels(), (prediction, label) => prediction == label ? 1f : 0)];
        return new Finding(Deviation.Absolute(correct, expected.Of("correct", correct)), 0, $"{correct.Length} samples");
    }

    public Finding StepLogits()
    {
        using var plan = new Plan(Model, golden.Batch, golden.Timesteps, PassMode.Inference);
        network.Backend.Copy(Batch.Clean, plan.Pixels, Batch.PixelCount);
        plan.Forward(golden.Batch);
        return CompareLogits("logits.steps", plan.ScoresByStep());
    }

    public Finding SpikeRates()
    {
        _ = Classifier.Logits(Batch.Clean, golden.Batch, countSpikes: true);
        float[] rates = [.. Graph.neurons(Model.Network).Select(Rate)];
        return new Finding(Deviation.RelativeOfEach(rates, expected.Of("spike_rates", rates)), LogitTolerance,
            $"{rates.Length} layers, relative");
    }

    public Finding InputGradient(string name, GradientEstimator estimator)
    {
        var gradient = Batch.LossGradient(Batch.Clean, LogitLoss.CrossEntropy, null, estimator).ToArray(golden.Batch * Classifier.PixelCount);

        // The case's is of the mean over the batch, ours of the sum.
        var mean = Array.ConvertAll(gradient, value => value / golden.Batch);
        return new Finding(Deviation.RelativeNorm(mean, expected.Of(name, mean)), GradientTolerance, "relative L2");
    }

    public void Dispose()
    {
        this.batch?.Dispose();
        this.classifier?.Dispose();
        model?.Dispose();
    }

    private Finding CompareLogits(string name, float[] logits) =>
        new(Deviation.RelativeToLargest(logits, expected.Of(name, logits)), LogitTolerance, "largest difference over largest logit");

    private float[] LogitsOf(int timesteps)
    {
        using var classifier = new Classifier(Model, golden.Batch, timesteps);
        return classifier.Logits(Batch.Clean, golden.Batch).ToArray(golden.Batch * classifier.Classes);
    }

    private float Rate(int node) =>
        (float)(Classifier.SpikeCount(node) / ((double)golden.Timesteps * golden.Batch * Model.Shapes[node].Count));
}
