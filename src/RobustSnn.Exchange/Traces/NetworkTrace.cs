using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Traces;

/// <summary>A layer of neurons in a trace.</summary>
/// <param name="Shape">Of its neurons.</param>
/// <param name="Spikes">(image, step, channel, row, column), each 0 or 1.</param>
/// <param name="Membranes">The same of u before the reset, which the threshold is compared with.</param>
/// <param name="Thresholds">v_th, one or one a channel, as passes take it.</param>
public sealed record TracedLayer(string Name, Shape Shape, byte[] Spikes, float[] Membranes, float[] Thresholds)
{
    /// <summary>The smallest distance of a membrane of that image from its threshold.</summary>
    public float Margin(int image, int images)
    {
        int size = Membranes.Length / images;
        int channel = Shape.Rows * Shape.Columns;
        float margin = float.PositiveInfinity;
        for (int i = 0; i < size; i++)
        {
            float threshold = Thresholds.Length == 1 ? Thresholds[0] : Thresholds[i / channel % Thresholds.Length];
            margin = Math.Min(margin, Math.Abs(Membranes[image * size + i] - threshold));
        }

        return margin;
    }
}

/// <summary>
/// What every neuron of a spiking network does while images pass: one layer after the other, so that only one is in memory beside the plan.
/// </summary>
public sealed class NetworkTrace : IDisposable
{
    /// <summary>Values of a layer that are held at once: 4 bytes each for membranes, as many for what comes from the device, 1 for spikes.</summary>
    public const long MostValues = 1 << 27;

    private readonly SpikingModel watched;
    private readonly Plan plan;

    /// <param name="model">Stays as it is. Its backend must outlive the trace.</param>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <param name="timesteps">T, from 1.</param>
    /// <exception cref="BadInputException">The network has no neurons, T is 0, or the images take too much memory; fewer would do.</exception>
    public NetworkTrace(SpikingModel model, ReadOnlySpan<float> images, int timesteps)
    {
        int count = images.Length / model.PixelCount;
        int[] neurons = [.. Graph.neurons(model.Network)];
        if (neurons.Length == 0 || timesteps == 0)
        {
            throw new BadInputException($"{model.Network.Architecture} at T = {timesteps} has no spiking neurons to trace; give a spiking network and T from 1");
        }

        long largest = neurons.Max(node => (long)model.Shapes[node].Count) * timesteps * count;
        if (largest > MostValues)
        {
            throw new BadInputException(
                $"{count} images at T = {timesteps}: the largest layer has {largest} membranes, of which a trace holds {MostValues} at once; give fewer images");
        }

        (Images, Timesteps) = (count, timesteps);
        watched = WatchedNetwork.Of(model);
        try
        {
            plan = new Plan(watched, count, timesteps, PassMode.InputGradient);
            plan.Pixels.Upload(images);
        }
        catch
        {
            watched.Dispose();
            throw;
        }
    }

    public int Images { get; }

    public int Timesteps { get; }

    /// <summary>The layers in the order of the network, each computed when it is asked for.</summary>
    public IEnumerable<TracedLayer> Layers(CancellationToken cancellation = default)
    {
        foreach (int node in Graph.neurons(watched.Network))
        {
            plan.ForwardToNeuron(node, Images, cancellation);
            yield return Layer(node, plan.Current(node));
        }
    }

    /// <summary>Class scores (image, step, class), and their mean over the steps, (image, class).</summary>
    public (float[] ByStep, float[] Mean) Logits(CancellationToken cancellation = default)
    {
        plan.Forward(Images, cancellation: cancellation);
        float[] scores = plan.ScoresByStep();
        // One step where no neuron is before them: they are the same at each.
        return (ByImage(scores, scores.Length / (Images * watched.Network.Classes), watched.Network.Classes), plan.Logits.ToArray());
    }

    public void Dispose()
    {
        plan.Dispose();
        watched.Dispose();
    }

    private TracedLayer Layer(int node, Activation current)
    {
        string name = watched.Network.Nodes[node].Name;
        ActivationShape shape = current.Shape with { Border = 0, Storage = Storage.Floats, Lanes = current.Shape.Lanes with { Steps = Timesteps } };
        using DeviceBuffer membraneMemory = watched.Backend.Allocate(shape.Length);
        using DeviceBuffer spikeMemory = watched.Backend.Allocate(shape.Length);
        var membranes = new Activation(shape, membraneMemory);
        var spikes = new Activation(shape, spikeMemory);
        DeviceBuffer threshold = watched.Parameters[$"{name}.v_th"].Value;
        watched.Backend.Neuron(watched.Network.Neurons, current, threshold, membranes, spikes, Images);
        return new TracedLayer(
            name, watched.Shapes[node], Array.ConvertAll(ByImage(spikes.ToHost(Images), Timesteps, shape.Count), spike => (byte)spike),
            ByImage(membranes.ToHost(Images), Timesteps, shape.Count), threshold.ToArray());
    }

    /// <summary>From (step, image, value) to (image, step, value).</summary>
    private float[] ByImage(float[] values, int steps, int size)
    {
        var turned = new float[values.Length];
        for (int step = 0; step < steps; step++)
        {
            for (int image = 0; image < Images; image++)
            {
                values.AsSpan((step * Images + image) * size, size).CopyTo(turned.AsSpan((image * steps + step) * size));
            }
        }

        return turned;
    }
}
