using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>
/// A spiking network whose weights, biases and thresholds are integers, so that its spikes are the same bits on every machine, whatever the width of
/// its vectors, the batch, the threads and the order of its sums. Every sum is proved to fit (<see cref="SumBounds"/>) when it is made.
/// </summary>
/// <remarks>
/// Pixels are rounded to 0 … 255, as a sensor gives them: round(255 · x), halves up, less the centre of their channel; beyond the edge they are 0.
/// Leaks are 1, or 1 − 2^−k: then the membrane loses u >> k at each step, rounded down. Logits are the mean over the timesteps of the last node's
/// currents, in floats at the end.
/// </remarks>
public sealed class FixedPointNetwork
{
    /// <param name="network">Spiking, its BatchNorms folded where they can be.</param>
    /// <param name="timesteps">T, for which sums are proved to fit.</param>
    /// <param name="centres">One a channel of the image, 0 to 255.</param>
    /// <param name="weights">By node: of each convolution and linear layer.</param>
    /// <param name="neurons">By node: of each neuron.</param>
    /// <param name="sums">By node: of each sum.</param>
    /// <exception cref="BadInputException">The network cannot be computed so, a part is missing or not of its size, or a sum may not fit: where, and why.</exception>
    public FixedPointNetwork(
        Network network, int timesteps, int[] centres, IReadOnlyDictionary<int, IntegerWeights> weights,
        IReadOnlyDictionary<int, IntegerNeurons> neurons, IReadOnlyDictionary<int, IntegerSum> sums)
    {
        (Network, Timesteps, Centres, Weights, Neurons, Sums) = (network, timesteps, centres, weights, neurons, sums);
        Shapes = [.. RobustSnn.Model.Shapes.inferOrFail(network)];
        Values = NodeValues.Of(network);
        LeakShift = FixedPoint.LeakShift.Of(network.Neurons.Leak);
        FixedPointCheck.Parts(this);
        Bounds = new SumBounds(this);
    }

    public Network Network { get; }

    /// <summary>T, at least 1.</summary>
    public int Timesteps { get; }

    /// <summary>What is subtracted from the pixels of each channel.</summary>
    public IReadOnlyList<int> Centres { get; }

    public IReadOnlyDictionary<int, IntegerWeights> Weights { get; }

    public IReadOnlyDictionary<int, IntegerNeurons> Neurons { get; }

    public IReadOnlyDictionary<int, IntegerSum> Sums { get; }

    /// <summary>Output shape of each node.</summary>
    public IReadOnlyList<Shape> Shapes { get; }

    /// <summary>What each node gives.</summary>
    public IReadOnlyList<NodeValue> Values { get; }

    /// <summary>What the membrane loses at each step is u >> this; null where nothing leaks.</summary>
    public int? LeakShift { get; }

    /// <summary>Between what every sum lies.</summary>
    public SumBounds Bounds { get; }

    /// <summary>Weights that exist, of all layers.</summary>
    public long Connections => Weights.Values.Sum(layer => (long)layer.Values.Length);

    /// <summary>The scale of a node's currents: one an output channel stands for 2^−exponent.</summary>
    public IReadOnlyList<int> Exponents(int node)
    {
        while (Network.Nodes[node].Operation is { } operation && (operation.IsDropout || operation.IsBatchNorm))
        {
            node = Network.Nodes[node].Inputs.Head;
        }

        return Weights.TryGetValue(node, out var layer) ? layer.Exponents : Sums[node].Exponents;
    }

    /// <summary>Which inputs each weight of a layer reads.</summary>
    public ConvolutionGeometry Geometry(int node) => LayerGeometry.Of(Network, Shapes, node);
}
