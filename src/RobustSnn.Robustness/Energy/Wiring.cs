using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Energy;

/// <summary>Connections from a layer of neurons to a layer of weights.</summary>
/// <param name="Neurons">The node whose neurons they lead from.</param>
/// <param name="FanOut">Existing connections of each neuron: (channel, row, column).</param>
/// <param name="DenseFanOut">Those that it would have were nothing pruned.</param>
/// <param name="UsualCount">
/// What the literature takes for their number: multiply-accumulates with the weights left, padding included, once for each neuron of a window
/// where the layer reads pooled spikes.
/// </param>
internal sealed record Projection(int Neurons, long[] FanOut, long[] DenseFanOut, double UsualCount);

/// <summary>A layer of weights.</summary>
/// <param name="ReadsImage">Whether no neuron is before it: what it reads are numbers, the same at every timestep.</param>
/// <param name="Connections">Pairs of a value that it reads and one that it gives which an existing weight connects.</param>
/// <param name="Sources">Where its spikes come from; none where it reads the image.</param>
internal sealed record WiredLayer(
    int Node, bool ReadsImage, long Weights, long WeightsKept, long Connections, long DenseConnections, IReadOnlyList<Projection> Sources);

/// <summary>A sum of two values, weighted or not. What comes straight from a layer that nobody else reads costs nothing more: the layer adds it up there.</summary>
/// <param name="Sources">Neurons whose spikes it adds, and 1 for each that reaches it.</param>
/// <param name="Values">Numbers of an image that it adds in one step beside spikes and such layers.</param>
/// <param name="Spikes">Numbers that the spikes among its inputs are in the network as an ANN.</param>
internal sealed record WiredSum(int Node, IReadOnlyList<(int Neurons, long[] Worth)> Sources, long Values, long Spikes, bool IsStatic);

/// <summary>Which neurons lead to which layers, by how many existing connections: all that equation 12 knows of a network but its spikes.</summary>
internal sealed class Wiring
{
    private readonly SpikingModel model;
    private readonly Node[] nodes;
    private readonly Signal[] signals;

    /// <exception cref="BadInputException">The network has no neurons, or a layer reads what neither the image nor spikes are.</exception>
    public Wiring(SpikingModel model)
    {
        this.model = model;
        nodes = [.. model.Network.Nodes];
        signals = [.. Signals.ofNetwork(model.Network)];
        NeuronNodes = [.. Graph.neurons(model.Network)];
        var costs = Costs.ofNetwork(model.Network).ToDictionary(cost => cost.Name);
        Layers = [.. Enumerable.Range(0, nodes.Length).Where(node => TraitsOf(node).IsConnection).Select(node => Layer(node, costs[nodes[node].Name]))];
        Sums = [.. Enumerable.Range(0, nodes.Length).Where(node => nodes[node].Operation is { IsWeightedSum: true } or { IsSum: true }).Select(Sum)];
        if (NeuronNodes.Count == 0)
        {
            throw new BadInputException(
                $"{model.Network.Architecture}: expected a spiking network, found an ANN, which sends no spikes: it makes "
                + $"{Layers.Sum(layer => layer.Connections)} multiply-accumulates an image. Give the network after conversion and finetuning");
        }
    }

    /// <summary>The layers of neurons, ascending.</summary>
    public IReadOnlyList<int> NeuronNodes { get; }

    /// <summary>The layers of weights, in the order of the network.</summary>
    public IReadOnlyList<WiredLayer> Layers { get; }

    /// <summary>The sums, in the order of the network.</summary>
    public IReadOnlyList<WiredSum> Sums { get; }

    private OperationTraits TraitsOf(int node) => Traits.ofOperation(nodes[node].Operation);

    private WiredLayer Layer(int node, LayerCost cost)
    {
        var input = nodes[node].Inputs.Head;
        if (signals[input].IsCurrents)
        {
            throw new BadInputException(
                $"{nodes[node].Name}: expected a layer that reads the image or spikes, found one that reads the currents of {nodes[input].Name} at "
                + "every timestep. Equation 12 of METHODS 9 counts what spikes cost; it says nothing about such a network");
        }

        var pattern = model.Parameters[nodes[node].Name + ".weight"].Pattern;
        var geometry = model.Geometry(node);
        var (fanOut, dense) = (FanOut.Of(geometry, pattern), FanOut.Of(geometry, null));
        var kept = pattern?.Count ?? cost.Weights;
        return new WiredLayer(
            node, signals[input].IsStatic, cost.Weights, kept, fanOut.Sum(), dense.Sum(),
            signals[input].IsSpikes ? Projections(input, fanOut, dense, cost.MacsWith(kept)) : []);
    }

    private IReadOnlyList<Projection> Projections(int input, long[] fanOut, long[] dense, long macs) =>
    [
        .. SpikePaths.ToNeurons(model, input, fanOut).Zip(SpikePaths.ToNeurons(model, input, dense), (sparse, all) => new Projection(
            sparse.Neurons, sparse.Worth, all.Worth, (double)macs * sparse.Worth.Length / fanOut.Length)),
    ];

    private WiredSum Sum(int node)
    {
        var count = model.Shapes[node].Count;
        var spikes = nodes[node].Inputs.Where(input => signals[input].IsSpikes).ToArray();
        var values = nodes[node].Inputs.Count(input => !signals[input].IsSpikes && !LandsIn(input));
        return new WiredSum(node, [.. spikes.SelectMany(input => SpikePaths.ToNeurons(model, input, Ones(count)))], (long)values * count,
            (long)spikes.Length * count, signals[node].IsStatic);
    }

    /// <summary>Whether a value is a layer's, but for BatchNorm, and nobody reads it but one.</summary>
    private bool LandsIn(int node) => nodes.Sum(each => each.Inputs.Count(input => input == node)) == 1
        && (TraitsOf(node).IsConnection
            || ((TraitsOf(node).IsNormalisation || TraitsOf(node).OnlyInTraining) && LandsIn(nodes[node].Inputs.Head)));

    private static long[] Ones(int count)
    {
        var ones = new long[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
