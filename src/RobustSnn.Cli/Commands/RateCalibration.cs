using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>
/// Sets thresholds at which the layers of a network with any weights fire at given rates, layer by layer from the input, on one batch of
/// images. Its statistics become BatchNorm's running ones: with means 0 and variances 1 most layers of random weights would be silent.
/// </summary>
internal static class RateCalibration
{
    private const int Bisections = 24;

    /// <param name="images">(image, channel, row, column) in [0,1].</param>
    /// <param name="targets">Spikes a neuron and step, one for each spiking layer. A layer that fires less at the smallest threshold gets that.</param>
    public static void Run(SpikingModel model, ReadOnlySpan<float> images, int timesteps, IReadOnlyList<double> targets)
    {
        int samples = images.Length / model.PixelCount;
        using var plan = new Plan(model, samples, timesteps, PassMode.BatchStatistics);
        plan.Pixels.Upload(images);
        int layer = 0;
        foreach (int node in Graph.neurons(model.Network))
        {
            plan.ForwardToNeuron(node, samples);
            SetThreshold(model, node, plan.Current(node), samples, timesteps, targets[layer++]);
        }

        plan.Forward(samples);
        plan.AdoptStatistics();
    }

    /// <summary>The rate falls as the threshold rises.</summary>
    private static void SetThreshold(SpikingModel model, int node, Activation current, int samples, int timesteps, double target)
    {
        IBackend backend = model.Backend;
        ActivationShape shape = current.Shape with { Lanes = LaneLayout.Choose(samples, timesteps) };
        using DeviceBuffer memory = backend.Allocate(shape.Length);
        var spikes = new Activation(shape, memory);
        DeviceBuffer threshold = model.Parameters[$"{model.Network.Nodes[node].Name}.v_th"].Value;

        double low = SpikingModel.SmallestThreshold;
        double high = Math.Max(low, timesteps * backend.KthSmallest(current, (long)current.Shape.Lanes.Steps * samples * shape.Count, samples));
        int bisections = Rate(low) > target ? Bisections : 0;
        for (int i = 0; i < bisections; i++)
        {
            double middle = (low + high) / 2;
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
