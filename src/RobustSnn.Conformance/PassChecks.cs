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
internal sealed class PassChecks(GoldenCase golden, CaseNetwork network, CaseBatch shared, Expectations expected)
{
    private const double LogitTolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    private SpikingModel Model => shared.Model;

    private Classifier Classifier => shared.Classifier;

    private AttackBatch Batch => shared.Batch;

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

    private Finding CompareLogits(string name, float[] logits) =>
        new(Deviation.RelativeToLargest(logits, expected.Of(name, logits)), LogitTolerance, "largest difference over largest logit");

    private float[] LogitsOf(int timesteps)
    {
        using var classifier = CaseBatch.Classify(golden, Model, timesteps);
        return classifier.Logits(Batch.Clean, golden.Batch).ToArray(golden.Batch * classifier.Classes);
    }

    private float Rate(int node) =>
        (float)(Classifier.SpikeCount(node) / ((double)golden.Timesteps * golden.Batch * Model.Shapes[node].Count));
}
