using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>Brings a folded network to integers, node by node.</summary>
/// <param name="values">What each node gives.</param>
/// <param name="centres">Of the pixels.</param>
/// <param name="samples">Of what layers read, by node; null where weights are rounded to the nearest.</param>
internal sealed class NetworkRounding(
    SpikingModel folded, int timesteps, QuantiserSettings settings, IReadOnlyList<NodeValue> values, int[] centres,
    IReadOnlyDictionary<int, LayerSamples>? samples)
{
    private readonly Network network = folded.Network;
    private readonly RealNeurons[] neurons = [.. Graph.neurons(folded.Network).Select(node => RealNeurons.Of(folded, node))];
    private readonly RealRange[][] ranges = new RealRange[values.Count][]; // of currents
    private readonly double[][] scales = new double[values.Count][]; // likewise
    private readonly Dictionary<int, IntegerWeights> weights = [];
    private readonly Dictionary<int, RoundedLayer> rounded = [];
    private readonly Dictionary<int, IntegerSum> sums = [];

    /// <exception cref="BadInputException">Bits are too few for a threshold, or a sum may not fit: where.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public QuantisedNetwork Round(CancellationToken cancellation)
    {
        for (var node = 0; node < values.Count; node++)
        {
            cancellation.ThrowIfCancellationRequested();
            var its = network.Nodes[node];
            switch (its.Operation)
            {
                case { IsConvolution: true } or { IsLinear: true }:
                    RoundLayer(node, cancellation);
                    break;
                case { IsSum: true }:
                    RoundSum(node, 1, 1);
                    break;
                case { IsWeightedSum: true }:
                    var coefficients = folded.Parameters[its.Name + ".comb"].Value.ToArray();
                    RoundSum(node, coefficients[0], coefficients[1]);
                    break;
                case Operation.Dropout when values[node].Kind == ValueKind.Currents:
                    (ranges[node], scales[node]) = (ranges[its.Inputs.Head], scales[its.Inputs.Head]);
                    break;
            }
        }

        var firing = neurons.ToDictionary(
            each => each.Node, each => NeuronRounding.Of(each, ranges[each.Source], scales[each.Source], network, timesteps));
        return Report(new FixedPointNetwork(network, timesteps, centres, weights, firing, sums));
    }

    private void RoundLayer(int node, CancellationToken cancellation)
    {
        var input = network.Nodes[node].Inputs.Head;
        var bits = settings.BitsOf(network.Nodes[node].Name);
        var layer = RealLayer.Of(folded, node, values[input], centres);
        ranges[node] = layer.Ranges([.. Enumerable.Range(0, layer.Geometry.Inputs).Select(channel => Inputs(input, channel))]);
        var largest = new double[layer.Bias.Length];
        for (var i = 0; i < layer.Weights.Length; i++)
        {
            ref var ofOutput = ref largest[layer.IndexOf(i) / layer.Fan];
            ofOutput = Math.Max(ofOutput, Math.Abs(layer.Weights[i]));
        }

        var readers = Readers(node);
        scales[node] = [.. largest.Select((weight, channel) => readers.Choose(channel, weight > 0
            ? ChannelScale.Largest(IntegerWeights.Largest(bits) + 0.5, weight)
            : ChannelScale.Largest(ChannelScale.Resolution, readers.Reach(channel))))];
        rounded[node] = new WeightRounding(layer, scales[node], bits).Round(samples?[node], cancellation);
        weights[node] = new IntegerWeights(
            layer.Pattern, rounded[node].Weights, bits, rounded[node].Bias, [.. scales[node].Select(ChannelScale.Exponent)]);
    }

    private void RoundSum(int node, double first, double second)
    {
        int[] inputs = [.. network.Nodes[node].Inputs];
        var (shortcut, residual) = (Summand(inputs[0]), Summand(inputs[1]));
        ranges[node] = [.. shortcut.Ranges.Zip(residual.Ranges, (x, y) => first * x + second * y)];
        (sums[node], scales[node]) = SumRounding.Of(first, shortcut, second, residual, Readers(node));
    }

    private CurrentScales Readers(int node) => new(
        network.Nodes[node].Name, ranges[node], Array.FindAll(neurons, each => each.Source == node), network, timesteps);

    private Summand Summand(int node)
    {
        var channels = folded.Shapes[node].Channels;
        return values[node].Kind == ValueKind.Currents
            ? new Summand(ranges[node], scales[node])
            : new Summand([.. Enumerable.Repeat(new RealRange(0, 1), channels)], [.. Enumerable.Repeat((double)values[node].Window, channels)]);
    }

    private SumRange Inputs(int node, int channel) => values[node].Kind == ValueKind.Pixels
        ? new SumRange(-centres[channel], byte.MaxValue - centres[channel])
        : new SumRange(0, values[node].Window);

    private QuantisedNetwork Report(FixedPointNetwork result) => new(
        result,
        [
            .. weights.OrderBy(layer => layer.Key).Select(layer => new QuantisedLayer(
                network.Nodes[layer.Key].Name, layer.Value.Bits, layer.Value.Values.Length, layer.Value.Bias.Length,
                result.Bounds.Currents(layer.Key).Count(range => !range.Fits16), rounded[layer.Key].NearestError, rounded[layer.Key].Error)),
        ],
        [
            .. sums.Keys.Select(node => (Node: node, Ranges: result.Bounds.Currents(node)))
                .Concat(neurons.Select(each => (each.Node, Ranges: result.Bounds.Membranes(each.Node))))
                .OrderBy(each => each.Node)
                .Select(each => new WideNode(network.Nodes[each.Node].Name, each.Ranges.Count, each.Ranges.Count(range => !range.Fits16))),
        ]);
}
