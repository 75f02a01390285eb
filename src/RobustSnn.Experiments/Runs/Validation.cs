using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Training;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Runs;

/// <summary>Accuracy on images held out of training, on which the best epoch is chosen: clean, and under FGSM for a robust objective.</summary>
internal sealed class Validation : IDisposable
{
    /// <summary>Images, at most, that neurons are counted on one by one.</summary>
    private const int CountedImages = 64;

    private readonly Classifier classifier;
    private readonly Evaluation evaluation;
    private readonly ImageSamples samples;
    private readonly IReadOnlyList<AttackInBudget> attacks;

    private Validation(Classifier classifier, EvaluationOptions options, ImageSamples samples, IReadOnlyList<AttackInBudget> attacks)
    {
        this.classifier = classifier;
        evaluation = new Evaluation(classifier, options);
        this.samples = samples;
        this.attacks = attacks;
    }

    /// <summary>Null where no images are held out.</summary>
    public static Validation? For(RunContext context, SpikingModel model, TrainingRecipe recipe)
    {
        var data = context.Data;
        if (data.Validation.Length == 0)
        {
            return null;
        }

        var batch = Math.Min(context.Settings.BatchSize, data.Validation.Length);
        var options = new EvaluationOptions(recipe.Timesteps, batch, context.Settings.Seed);
        return new Validation(new Classifier(model, batch, recipe.Timesteps), options, new ImageSamples(data.Set.Train, data.Validation),
            recipe.Adversary is { } adversary ? [new AttackInBudget(AttackCatalogue.Parse("fgsm"), adversary.Budget)] : []);
    }

    /// <summary>How often each layer's neurons fired on the clean images of the last <see cref="Run"/>; none of an ANN.</summary>
    public IReadOnlyList<LayerActivity> Activity { get; private set; } = [];

    public (double? Clean, double? Robust) Run(CancellationToken cancellation)
    {
        var result = evaluation.Run(samples, attacks, null, cancellation);
        Activity = result.Layers;
        return (result.CleanAccuracy, result.Attacks.Count > 0 ? result.Attacks[0].Accuracy : result.CleanAccuracy);
    }

    /// <summary>How often each neuron fires a timestep, from 0 to 1, by layer, on the first images; none of an ANN. It changes nothing.</summary>
    public IEnumerable<(string Layer, double[] Rates)> NeuronRates(CancellationToken cancellation)
    {
        if (classifier.Timesteps == 0)
        {
            return [];
        }

        var network = classifier.Model.Network;
        var tallies = Graph.neurons(network).ToDictionary(node => node, node => Tally(classifier.Model.Shapes[node]));
        var count = Math.Min(Math.Min(samples.Count, classifier.Batch), CountedImages);
        var pixels = new float[count * classifier.PixelCount];
        for (var i = 0; i < count; i++)
        {
            samples.Read(i, pixels.AsSpan(i * classifier.PixelCount, classifier.PixelCount));
        }

        using var images = classifier.Backend.Allocate(pixels.Length);
        images.Upload(pixels);
        classifier.Cancellation = cancellation;
        classifier.LogitsCounting(images, count, tallies);
        var most = (double)count * classifier.Timesteps;
        return [.. tallies.Select(each => (network.Nodes[each.Key].Name, Array.ConvertAll(each.Value.Counts.ToArray(), spikes => spikes / most)))];
    }

    private static SpikeTally Tally(Shape neurons) => new(neurons.Channels, neurons.Rows, neurons.Columns);

    public void Dispose()
    {
        evaluation.Dispose();
        classifier.Dispose();
    }
}
