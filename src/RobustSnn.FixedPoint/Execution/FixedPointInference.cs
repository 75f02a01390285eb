using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution;

/// <summary>Inference of a network in integers on this machine's processor. What it computes is <see cref="ReferenceInference"/>'s, bit for bit.</summary>
/// <remarks>Its state is its buffers: one serves one thread at a time.</remarks>
public sealed unsafe class FixedPointInference : IDisposable
{
    /// <summary>
    /// Images of a pass: more leave the caches, fewer do not fill words where maps are small. VGG-16 at 90 %, one thread: 1, 8, 16 and 32 images at once took
    /// 4.4, 3.1, 2.8 and 3.5 ms each (2026-11-28, Zen 4, 7 bits, beside other work).
    /// </summary>
    private const int MostTogether = 16;

    private readonly NativeHeap heap = new();
    private readonly Workers workers;
    private readonly FixedPointPlan plan;
    private readonly int[] neurons;

    /// <param name="network">What is computed.</param>
    /// <param name="batch">Images that will be handed over at a time. Of many, fewer are computed together (<see cref="Batch"/>).</param>
    /// <param name="threads">Threads to use; 0 for one a core.</param>
    /// <exception cref="BadInputException">The machine does not have the vectors or the memory.</exception>
    public FixedPointInference(FixedPointNetwork network, int batch, int threads = 0)
        : this(network, batch, threads, VectorWidths.Chosen())
    {
    }

    /// <param name="vectors">Width of the vectors, in place of what <see cref="VectorWidths.Chosen"/> says.</param>
    /// <inheritdoc cref="FixedPointInference(FixedPointNetwork, int, int)"/>
    public FixedPointInference(FixedPointNetwork network, int batch, int threads, VectorWidth vectors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (!VectorWidths.Available.Contains(vectors))
        {
            throw new BadInputException(
                $"vectors: this machine has {string.Join(", ", VectorWidths.Available.Select(width => width.Name()))}, found {vectors.Name()}");
        }

        Vectors = vectors;
        Network = network;
        Batch = Math.Min(batch, MostTogether);
        workers = new Workers(threads == 0 ? Environment.ProcessorCount : threads);
        try
        {
            plan = new FixedPointPlan(network, heap, workers, Vectors, Batch);
        }
        catch (Exception exception)
        {
            workers.Dispose();
            heap.Dispose();
            if (exception is OverflowException)
            {
                throw new BadInputException("the network's maps, with the zeros round them, are larger than can be addressed. Take a smaller padding or batch", exception);
            }

            throw;
        }

        neurons = [.. Graph.neurons(network.Network)];
        Layers = [.. neurons.Select(node => new SpikingLayer(network.Network.Nodes[node].Name, network.Shapes[node].Count))];
    }

    public FixedPointNetwork Network { get; }

    /// <summary>Images that are computed together: as many as were asked for, at most 16.</summary>
    public int Batch { get; }

    public VectorWidth Vectors { get; }

    /// <summary>The layers whose spikes <see cref="Run"/> counts, in the order of the network.</summary>
    public IReadOnlyList<SpikingLayer> Layers { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long Bytes => heap.LiveBytes;

    /// <summary>Bytes that a pass reads of all layers' connections: weights or digits, columns, and where the sums begin.</summary>
    public long ConnectionBytes => plan.Steps.Sum(step => step.ConnectionBytes);

    /// <summary>Computes images, any number of them.</summary>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <param name="logits">Receives (image, class).</param>
    /// <param name="spikes">Receives the spikes of each of <see cref="Layers"/>, over all images and timesteps; where it is empty, nothing is counted.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a pixel is not in [0, 1].</exception>
    public void Run(ReadOnlySpan<float> images, Span<float> logits, Span<long> spikes = default)
    {
        if (!spikes.IsEmpty && spikes.Length != neurons.Length)
        {
            throw new ArgumentException($"expected room for the spikes of {neurons.Length} layers, found {spikes.Length}", nameof(spikes));
        }

        if (spikes.IsEmpty)
        {
            Compute(images, logits, null);
            return;
        }

        var counted = new long[neurons.Length];
        Compute(images, logits, together =>
        {
            for (var layer = 0; layer < counted.Length; layer++)
            {
                counted[layer] += plan.Spikes(neurons[layer]).CountSpikes(together);
            }
        });
        counted.CopyTo(spikes);
    }

    /// <summary>The same, and adds the spikes of every neuron.</summary>
    /// <param name="counts">For each of <see cref="Layers"/>, (channel, row, column) over all images and timesteps.</param>
    /// <exception cref="ArgumentException">As <see cref="Run"/>, or the counts are not of the layers' sizes.</exception>
    public void RunCounting(ReadOnlySpan<float> images, Span<float> logits, IReadOnlyList<long[]> counts)
    {
        if (!counts.Select(each => each.Length).SequenceEqual(Layers.Select(layer => layer.Neurons)))
        {
            throw new ArgumentException("expected a number for each neuron of each layer", nameof(counts));
        }

        Compute(images, logits, images =>
        {
            for (var layer = 0; layer < neurons.Length; layer++)
            {
                plan.Spikes(neurons[layer]).AddSpikes(images, counts[layer]);
            }
        });
    }

    public void Dispose()
    {
        workers.Dispose();
        heap.Dispose();
    }

    /// <param name="seen">Is told how many images a pass was of, while their spikes are there.</param>
    private void Compute(ReadOnlySpan<float> images, Span<float> logits, Action<int>? seen)
    {
        var pixels = Network.Network.Input.Count;
        var classes = Network.Network.Classes;
        var count = images.Length / pixels;
        if (images.Length != count * pixels || logits.Length != count * classes)
        {
            throw new ArgumentException($"expected whole images of {pixels} floats and {classes} logits for each, found {images.Length} and {logits.Length} floats");
        }

        for (var start = 0; start < count; start += Batch)
        {
            var together = Math.Min(Batch, count - start);
            plan.Pixels.Fill(images.Slice(start * pixels, together * pixels));
            foreach (var step in plan.Steps)
            {
                step.Run(together);
            }

            Read(logits.Slice(start * classes, together * classes), together);
            seen?.Invoke(together);
        }
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
