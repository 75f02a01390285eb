using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Engine.Timing;

/// <summary>
/// Sets thresholds at which the layers of a network with any weights fire at given rates, layer by layer from the input, on one batch of
/// images. Its statistics become BatchNorm's running ones: with means 0 and variances 1 most layers of random weights would be silent.
/// </summary>
public static class RateCalibration
{
    private const int Bisections = 24;

    /// <param name="images">(image, channel, row, column) in [0,1].</param>
    /// <param name="targets">Spikes a neuron and step, one for each spiking layer. A layer that fires less at the smallest threshold gets that.</param>
    /// <exception cref="ArgumentException">There are not as many rates as spiking layers.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: thresholds are set up to some layer.</exception>
    public static void Run(
        SpikingModel model, ReadOnlySpan<float> images, int timesteps, IReadOnlyList<double> targets, CancellationToken cancellation = default)
    {
        int[] nodes = [.. Graph.neurons(model.Network)];
        if (targets.Count != nodes.Length)
        {
            throw new ArgumentException($"expected {nodes.Length} rates, one for each spiking layer, found {targets.Count}", nameof(targets));
        }

        var samples = images.Length / model.PixelCount;
        using var plan = new Plan(model, samples, timesteps, PassMode.BatchStatistics);
        plan.Pixels.Upload(images);
        for (var layer = 0; layer < nodes.Length; layer++)
        {
            plan.ForwardToNeuron(nodes[layer], samples, cancellation);
            SetThreshold(model, nodes[layer], plan.Current(nodes[layer]), samples, timesteps, targets[layer], cancellation);
        }

        plan.Forward(samples, cancellation: cancellation);
        plan.AdoptStatistics();
    }

    /// <summary>How often the layers of a network fire on a batch of images: spikes a neuron and step, in the order of its layers.</summary>
    /// <param name="images">(image, channel, row, column) in [0,1], as many as the network's batch.</param>
    public static IReadOnlyList<double> Measure(FrozenNetwork network, ReadOnlySpan<float> images)
    {
        var spikes = new double[network.Layers.Count];
        network.Run(images, new float[network.Batch * network.Classes], spikes);
        return [.. network.Layers.Select((layer, i) => spikes[i] / ((double)network.Batch * network.Timesteps * layer.Neurons))];
    }

    /// <summary>The rate falls as the threshold rises.</summary>
    private static void SetThreshold(
        SpikingModel model, int node, Activation current, int samples, int timesteps, double target, CancellationToken cancellation)
    {
        var backend = model.Backend;
        var shape = current.Shape with { Lanes = LaneLayout.Choose(samples, timesteps) };
        using var memory = backend.Allocate(shape.Length);
        var spikes = new Activation(shape, memory);
        var threshold = model.Parameters[$"{model.Network.Nodes[node].Name}.v_th"].Value;

        double low = SpikingModel.SmallestThreshold;
        var high = Math.Max(low, timesteps * backend.KthSmallest(current, (long)current.Shape.Lanes.Steps * samples * shape.Count, samples));
        var bisections = Rate(low) > target ? Bisections : 0;
        for (var i = 0; i < bisections; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var middle = (low + high) / 2;
            (low, high) = Rate(middle) > target ? (middle, high) : (low, middle);
        }

        threshold.Upload([(float)low]);

        double Rate(double value)
        {
            threshold.Upload([(float)value]);
            backend.Neuron(model.Network.Neurons, current, threshold, null, spikes, samples);
            return backend.Sum(spikes, samples) / ((double)timesteps * samples * shape.Count);
        }
    }
}
