using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Plans;

/// <summary>A layer of spiking neurons.</summary>
/// <param name="Neurons">Of one sample: channels × rows × columns.</param>
public readonly record struct SpikingLayer(string Name, int Neurons);

/// <summary>
/// A trained network for inference alone, with the least work: every BatchNorm that can be is folded into the weights before it, and where
/// weights are pruned, a layer's spikes are made straight from those that it reads. It computes what the model does, to rounding.
/// </summary>
/// <remarks>A copy of the model's parameters as they are: what happens to the model afterwards does not reach it.</remarks>
public sealed class FrozenNetwork : IDisposable
{
    private readonly Plan plan;
    private readonly int[] neurons;

    /// <param name="model">Stays as it is, and the caller's. Its backend must outlive this network.</param>
    /// <param name="batch">Images that will be handed over at a time. Where pruned layers make all spikes, fewer may be computed together.</param>
    /// <param name="timesteps">T; 0 runs every neuron as a ReLU: the ANN.</param>
    /// <exception cref="BadInputException">As <see cref="Plan"/>.</exception>
    public FrozenNetwork(SpikingModel model, int batch, int timesteps)
    {
        Model = NormFolding.Fold(model);
        try
        {
            plan = new Plan(Model, Plan.BestBatch(Model, batch, timesteps), timesteps, PassMode.Inference);
        }
        catch
        {
            Model.Dispose();
            throw;
        }

        Batch = batch;
        neurons = timesteps > 0 ? [.. Graph.neurons(Model.Network)] : [];
        Layers = [.. neurons.Select(node => new SpikingLayer(Model.Network.Nodes[node].Name, Model.Shapes[node].Count))];
    }

    /// <summary>What such a network will take, the copy of the parameters included, without its plan being allocated.</summary>
    /// <exception cref="BadInputException">As <see cref="Plan"/>.</exception>
    public static PlanMemory Measure(SpikingModel model, int batch, int timesteps)
    {
        using var folded = NormFolding.Fold(model);
        return Plan.Measure(folded, Plan.BestBatch(folded, batch, timesteps), timesteps, PassMode.Inference);
    }

    /// <summary>The folded network. Its parameters may be looked at and not changed.</summary>
    public SpikingModel Model { get; }

    /// <summary>Images that a caller hands over at a time for the best throughput.</summary>
    public int Batch { get; }

    /// <summary>T; 0 for the ANN.</summary>
    public int Timesteps => plan.Timesteps;

    public int Classes => Model.Network.Classes;

    /// <summary>Floats of one image.</summary>
    public int PixelCount => Model.PixelCount;

    /// <summary>The layers whose spikes <see cref="Run"/> counts, in the order of the network; none with T = 0.</summary>
    public IReadOnlyList<SpikingLayer> Layers { get; }

    /// <summary>As <see cref="Plan.PeakBytes"/>, the copy of the parameters included.</summary>
    public long PeakBytes => plan.PeakBytes;

    /// <summary>Computes images, any number of them.</summary>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <param name="logits">Receives (image, class).</param>
    /// <param name="spikes">
    /// Receives the spikes of each of <see cref="Layers"/>, over all images and timesteps; where it is empty, nothing is counted.
    /// </param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public void Run(ReadOnlySpan<float> images, Span<float> logits, Span<double> spikes = default)
    {
        var count = images.Length / PixelCount;
        if (images.Length != count * PixelCount || logits.Length != count * Classes)
        {
            throw new ArgumentException(
                $"expected whole images of {PixelCount} floats and {Classes} logits for each, found {images.Length} and {logits.Length} floats");
        }

        if (!spikes.IsEmpty && spikes.Length != neurons.Length)
        {
            throw new ArgumentException($"expected room for the spikes of {neurons.Length} layers, found {spikes.Length}", nameof(spikes));
        }

        spikes.Clear();
        for (var start = 0; start < count; start += plan.Batch)
        {
            var samples = Math.Min(plan.Batch, count - start);
            plan.Pixels.Upload(images.Slice(start * PixelCount, samples * PixelCount));
            plan.Forward(samples, countSpikes: !spikes.IsEmpty);
            plan.Logits.Download(logits.Slice(start * Classes, samples * Classes));
            for (var layer = 0; layer < spikes.Length; layer++)
            {
                spikes[layer] += plan.SpikeCount(neurons[layer]);
            }
        }
    }

    public void Dispose()
    {
        plan.Dispose();
        Model.Dispose();
    }
}
