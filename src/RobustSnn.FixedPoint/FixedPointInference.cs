using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Plans;
using RobustSnn.FixedPoint.Execution;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>Inference of a network in integers on this machine's processor. What it computes is <see cref="ReferenceInference"/>'s, bit for bit.</summary>
/// <remarks>Its state is its buffers: one serves one thread at a time.</remarks>
public sealed unsafe class FixedPointInference : IDisposable
{
    private readonly NativeHeap heap = new();
    private readonly Workers workers;
    private readonly FixedPointPlan plan;
    private readonly int[] neurons;
    private int inBuffers; // images whose spikes are there, all of the last run or none

    /// <param name="network">What is computed.</param>
    /// <param name="batch">Images that are computed together.</param>
    /// <param name="threads">Threads to use; 0 for one a core.</param>
    /// <param name="vectors">Width of the vectors; null for what <see cref="VectorWidths.Chosen"/> says.</param>
    /// <exception cref="BadInputException">The machine does not have the vectors or the memory.</exception>
    public FixedPointInference(FixedPointNetwork network, int batch, int threads = 0, VectorWidth? vectors = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Vectors = vectors ?? VectorWidths.Chosen();
        Network = network;
        Batch = batch;
        workers = new Workers(threads == 0 ? Environment.ProcessorCount : threads);
        try
        {
            plan = new FixedPointPlan(network, heap, workers, ShortKernels.Of(Vectors), batch);
        }
        catch
        {
            workers.Dispose();
            heap.Dispose();
            throw;
        }

        neurons = [.. Graph.neurons(network.Network)];
        Layers = [.. neurons.Select(node => new SpikingLayer(network.Network.Nodes[node].Name, network.Shapes[node].Count))];
    }

    public FixedPointNetwork Network { get; }

    /// <summary>Images that are computed together.</summary>
    public int Batch { get; }

    public VectorWidth Vectors { get; }

    /// <summary>The layers whose spikes <see cref="Run"/> counts, in the order of the network.</summary>
    public IReadOnlyList<SpikingLayer> Layers { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes => heap.LiveBytes;

    /// <summary>Bytes that a pass reads of all layers' connections: weights, columns, and where the sums begin.</summary>
    public long ConnectionBytes => plan.Steps.Sum(step => step.ConnectionBytes);

    /// <summary>Computes images, any number of them.</summary>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <param name="logits">Receives (image, class).</param>
    /// <param name="spikes">Receives the spikes of each of <see cref="Layers"/>, over all images and timesteps; where it is empty, nothing is counted.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a pixel is not in [0, 1].</exception>
    public void Run(ReadOnlySpan<float> images, Span<float> logits, Span<long> spikes = default)
    {
        var pixels = Network.Network.Input.Count;
        var classes = Network.Network.Classes;
        var count = images.Length / pixels;
        if (images.Length != count * pixels || logits.Length != count * classes)
        {
            throw new ArgumentException($"expected whole images of {pixels} floats and {classes} logits for each, found {images.Length} and {logits.Length} floats");
        }

        if (!spikes.IsEmpty && spikes.Length != neurons.Length)
        {
            throw new ArgumentException($"expected room for the spikes of {neurons.Length} layers, found {spikes.Length}", nameof(spikes));
        }

        spikes.Clear();
        inBuffers = count <= Batch ? count : 0;
        for (var start = 0; start < count; start += Batch)
        {
            var together = Math.Min(Batch, count - start);
            plan.Pixels.Fill(images.Slice(start * pixels, together * pixels));
            foreach (var step in plan.Steps)
            {
                step.Run(together);
            }

            Read(logits.Slice(start * classes, together * classes), together);
            for (var layer = 0; layer < spikes.Length; layer++)
            {
                spikes[layer] += plan.Spikes(neurons[layer]).CountSpikes(together);
            }
        }
    }

    /// <summary>Adds the spikes of each neuron of a layer in the last <see cref="Run"/>, which had at most <see cref="Batch"/> images.</summary>
    /// <param name="layer">The place among <see cref="Layers"/>.</param>
    /// <param name="counts">(channel, row, column), over all images and timesteps.</param>
    /// <exception cref="InvalidOperationException">There was no such run.</exception>
    public void AddSpikes(int layer, Span<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, Layers[layer].Neurons);
        if (inBuffers == 0)
        {
            throw new InvalidOperationException($"expected a run of 1 to {Batch} images before spikes are asked for, neuron by neuron");
        }

        plan.Spikes(neurons[layer]).AddSpikes(inBuffers, counts);
    }

    public void Dispose()
    {
        workers.Dispose();
        heap.Dispose();
    }

    private void Read(Span<float> logits, int images)
    {
        var map = plan.Logits;
        var exponents = Network.Exponents(Network.Shapes.Count - 1);
        var classes = Network.Network.Classes;
        for (var image = 0; image < images; image++)
            for (var label = 0; label < classes; label++)
            {
                var sum = 0L;
                for (var step = 0; step < map.Steps; step++)
                {
                    sum += map.At(label, step)[image];
                }

                logits[image * classes + label] = Logit.Of(sum, map.Steps, exponents[label]);
            }
    }
}
