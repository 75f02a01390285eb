using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>Checks of single passes in evaluation mode: logits, spikes and input gradients.</summary>
internal sealed class PassChecks(GoldenCase golden, IBackend backend) : IDisposable
{
    private const double LogitTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    private SpikingModel? model;
    private Classifier? classifier;
    private AttackBatch? batch;

    private SpikingModel Model => model ??= GoldenNetwork.Load(golden, backend);

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
        batch.Load(pixels, labels);
        return batch;
    }

    public Finding Logits(string name, int timesteps) =>
        new(Deviation.RelativeToLargest(LogitsOf(timesteps), Expected(name, golden.Batch * Classifier.Classes)), LogitTolerance,
            "largest difference over largest logit");

    public Finding StepLogits()
    {
        using var plan = new Plan(Model, golden.Batch, golden.Timesteps, PassMode.Inference);
        backend.Copy(Batch.Clean, plan.Pixels, Batch.PixelCount);
        plan.Forward(golden.Batch);
        var steps = plan.ScoresByStep();
        return new Finding(Deviation.RelativeToLargest(steps, Expected("logits.steps", steps.Length)), LogitTolerance,
            "largest difference over largest logit");
    }

    public Finding SpikeRates()
    {
        _ = Classifier.Logits(Batch.Clean, golden.Batch, countSpikes: true);
        float[] rates = [.. Graph.neurons(Model.Network).Select(Rate)];
        return new Finding(Deviation.RelativeOfEach(rates, Expected("spike_rates", rates.Length)), LogitTolerance,
            $"{rates.Length} layers, relative");
    }

    public Finding InputGradient(string name, GradientEstimator estimator)
    {
        var expected = Expected(name, golden.Batch * Classifier.PixelCount);
        var gradient = Batch.LossGradient(Batch.Clean, LogitLoss.CrossEntropy, null, estimator).ToArray(expected.Length);

        // The case's is of the mean over the batch, ours of the sum.
        var mean = Array.ConvertAll(gradient, value => value / golden.Batch);
        return new Finding(Deviation.RelativeNorm(mean, expected), GradientTolerance, "relative L2");
    }

    public void Dispose()
    {
        this.batch?.Dispose();
        this.classifier?.Dispose();
        model?.Dispose();
    }

    private float[] LogitsOf(int timesteps)
    {
        using var classifier = new Classifier(Model, golden.Batch, timesteps);
        return classifier.Logits(Batch.Clean, golden.Batch).ToArray(golden.Batch * classifier.Classes);
    }

    private float Rate(int node) =>
        (float)(Classifier.SpikeCount(node) / ((double)golden.Timesteps * golden.Batch * Model.Shapes[node].Count));

    private float[] Expected(string name, int count)
    {
        var values = golden.Tensor(name).Values;
        return values.Length == count
            ? values
            : throw new BadInputException($"'{name}' has {values.Length} values, expected {count}.");
    }
}
