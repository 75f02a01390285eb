using RobustSnn.Engine.Layout;
using RobustSnn.Engine;

namespace RobustSnn.Robustness.Energy;

/// <summary>The spikes of some images, neuron by neuron, and what they come to.</summary>
internal sealed class EnergyCount
{
    private readonly SpikingModel model;
    private readonly Wiring wiring;
    private int samples;

    public EnergyCount(SpikingModel model, Wiring wiring)
    {
        this.model = model;
        this.wiring = wiring;
        Tallies = wiring.NeuronNodes.ToDictionary(
            node => node, node => new SpikeTally(model.Shapes[node].Channels, model.Shapes[node].Rows, model.Shapes[node].Columns));
    }

    /// <summary>Of each neuron node.</summary>
    public IReadOnlyDictionary<int, SpikeTally> Tallies { get; }

    /// <summary>Images classified correctly.</summary>
    public int Correct { get; private set; }

    public void Add(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        samples += predictions.Length;
        Correct += Predictions.CountCorrect(predictions, labels);
    }

    public EnergyResult Result(int timesteps) => new(
        samples, timesteps, Correct, [.. wiring.NeuronNodes.Select(node => Neurons(node, timesteps))], [.. wiring.Layers.Select(Layer)],
        [.. wiring.Sums.Select(sum => Sum(sum, timesteps))]);

    private NeuronLayerEnergy Neurons(int node, int timesteps)
    {
        var sent = wiring.Layers.SelectMany(layer => layer.Sources).Where(source => source.Neurons == node).ToArray();
        var neurons = model.Shapes[node].Count;
        var rate = PerImage(Tallies[node].Total) / timesteps / neurons;
        return new NeuronLayerEnergy(
            NameOf(node), neurons, PerImage(Tallies[node].Total), rate, sent.Sum(source => source.FanOut.Sum()),
            sent.Sum(source => source.DenseFanOut.Sum()), PerImage(sent.Sum(source => Weighed(node, source.FanOut))),
            PerImage(sent.Sum(source => Weighed(node, source.DenseFanOut))), sent.Sum(source => rate * timesteps * source.UsualCount));
    }

    private WeightLayerEnergy Layer(WiredLayer layer) => new(
        NameOf(layer.Node), layer.ReadsImage, layer.Weights, layer.WeightsKept, layer.Connections, layer.DenseConnections,
        layer.Sources.Sum(source => (long)source.FanOut.Length),
        PerImage(layer.Sources.Sum(source => Weighed(source.Neurons, source.FanOut))));

    private SumEnergy Sum(WiredSum sum, int timesteps) => new(
        NameOf(sum.Node),
        PerImage(sum.Sources.Sum(source => Weighed(source.Neurons, source.Worth))) + (double)sum.Values * (sum.IsStatic ? 1 : timesteps),
        sum.Values + sum.Spikes);

    /// <summary>Σ of each neuron's spikes times its worth.</summary>
    private long Weighed(int node, long[] worth)
    {
        var counts = Tallies[node].Counts;
        var sum = 0L;
        for (var i = 0; i < worth.Length; i++)
        {
            sum = checked(sum + counts[i] * worth[i]);
        }

        return sum;
    }

    private double PerImage(long count) => (double)count / samples;

    private string NameOf(int node) => model.Network.Nodes[node].Name;
}
