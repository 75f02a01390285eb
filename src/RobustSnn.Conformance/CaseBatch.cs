using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Conformance;

/// <summary>The case's network in evaluation mode with its clean images, made when first asked for; what checks share.</summary>
internal sealed class CaseBatch(GoldenCase golden, CaseNetwork network) : IDisposable
{
    private SpikingModel? model;
    private Classifier? classifier;
    private AttackBatch? batch;

    public SpikingModel Model => this.model ??= network.Load();

    public Classifier Classifier => this.classifier ??= Classify(golden, Model, golden.Timesteps);

    /// <summary>All samples, under attack.</summary>
    public AttackBatch Batch => this.batch ??= Load(golden, Classifier);

    /// <summary>A classifier for the case's batch, once this is known to be one.</summary>
    public static Classifier Classify(GoldenCase golden, SpikingModel model, int timesteps)
    {
        _ = golden.Tensor("x");
        return new Classifier(model, golden.Batch, timesteps);
    }

    /// <summary>The case's images and labels on that classifier.</summary>
    /// <exception cref="BadInputException">They are missing, or not the network's.</exception>
    public static AttackBatch Load(GoldenCase golden, Classifier classifier)
    {
        var pixels = golden.Tensor("x").Values;
        var labels = golden.Labels();
        var batch = new AttackBatch(classifier);
        batch.Load(pixels, labels, [.. Enumerable.Range(0, labels.Length)]);
        return batch;
    }

    /// <summary>Puts all samples under attack again.</summary>
    public void Reload() => Batch.Load(golden.Tensor("x").Values, golden.Labels(), [.. Enumerable.Range(0, golden.Batch)]);

    public void Dispose()
    {
        this.batch?.Dispose();
        this.classifier?.Dispose();
        this.model?.Dispose();
    }
}
