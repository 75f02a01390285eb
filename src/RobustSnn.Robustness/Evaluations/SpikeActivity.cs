using RobustSnn.Model;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Spikes of each layer of neurons, added up over the passes of a network on clean images.</summary>
internal sealed class SpikeActivity(IClassifier classifier)
{
    private readonly int[] neurons = classifier.Timesteps > 0 ? [.. Graph.neurons(classifier.Model.Network)] : [];
    private readonly double[] spikes = new double[classifier.Model.Network.Nodes.Length];

    /// <summary>Adds those of the last pass, which was asked to count them.</summary>
    /// <param name="samples">That it had.</param>
    public void Add(int samples)
    {
        foreach (var node in neurons)
        {
            this.spikes[node] += classifier.SpikeCount(node);
        }
    }

    /// <summary>In the order of the network; none without timesteps.</summary>
    public IReadOnlyList<LayerActivity> Layers(int samples, int timesteps) =>
    [
        .. from node in neurons
           let perImage = this.spikes[node] / samples
           select new LayerActivity(classifier.Model.Network.Nodes[node].Name, perImage, perImage / timesteps / classifier.Model.Shapes[node].Count),
    ];
}
