using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>
/// Between what every sum of a network in integers lies, channel by channel, whatever the image: from the weights alone. So it is proved that no sum
/// leaves 31 bits, and known which stay within 16.
/// </summary>
public sealed class SumBounds
{
    private const int Most = (1 << 30) - 1;

    private readonly SumRange[]?[] currents; // by node, channel
    private readonly SumRange[]?[] membranes;

    /// <exception cref="BadInputException">A sum may leave 31 bits: of which channel.</exception>
    internal SumBounds(FixedPointNetwork network)
    {
        currents = new SumRange[]?[network.Shapes.Count];
        membranes = new SumRange[]?[network.Shapes.Count];
        for (var node = 0; node < currents.Length; node++)
        {
            if (network.Weights.TryGetValue(node, out var layer))
            {
                currents[node] = Layer(network, node, layer);
            }
            else if (network.Sums.TryGetValue(node, out var sum))
            {
                currents[node] = Sum(network, node, sum);
            }
            else if (network.Neurons.TryGetValue(node, out var neurons))
            {
                membranes[node] = Membranes(network, node, neurons);
            }
            else if (network.Values[node].Kind is ValueKind.Currents or ValueKind.NormedCurrents)
            {
                currents[node] = currents[network.Network.Nodes[node].Inputs.Head];
            }
        }
    }

    /// <summary>Of a node's currents, one a channel; of a sum, after its shift.</summary>
    public IReadOnlyList<SumRange> Currents(int node) => currents[node]!;

    /// <summary>Of a neuron's membrane before it is reset, one a channel, over all timesteps.</summary>
    public IReadOnlyList<SumRange> Membranes(int node) => membranes[node]!;

    /// <summary>Of what a layer reads.</summary>
    internal static SumRange Inputs(FixedPointNetwork network, int input, int channel) => network.Values[input] switch
    {
        { Kind: ValueKind.Pixels } => new SumRange(-network.Centres[channel], byte.MaxValue - network.Centres[channel]),
        { Window: var window } => new SumRange(0, window),
    };

    private static SumRange[] Layer(FixedPointNetwork network, int node, IntegerWeights layer)
    {
        var geometry = network.Geometry(node);
        var input = network.Network.Nodes[node].Inputs.Head;
        SumRange[] inputs = [.. Enumerable.Range(0, geometry.Inputs).Select(channel => Inputs(network, input, channel).WithZero)];
        SumRange[] ranges = [.. layer.Bias.Select(bias => new SumRange(bias, bias))];
        for (var i = 0; i < layer.Values.Length; i++)
        {
            var (output, rest) = Math.DivRem(layer.Pattern?.Existing[i] ?? i, geometry.Inputs * geometry.Taps);
            ranges[output] += layer.Values[i] * inputs[rest / geometry.Taps];
        }

        return Checked(network, node, "current", ranges);
    }

    private SumRange[] Sum(FixedPointNetwork network, int node, IntegerSum sum)
    {
        var inputs = network.Network.Nodes[node].Inputs;
        var half = sum.Shift == 0 ? 0 : 1L << (sum.Shift - 1);
        return Checked(network, node, "sum", [.. Enumerable.Range(0, sum.First.Length).Select(channel =>
        {
            var range = sum.First[channel] * Of(inputs[0], channel) + sum.Second[channel] * Of(inputs[1], channel);
            return new SumRange((range.Low + half) >> sum.Shift, (range.High + half) >> sum.Shift);
        })]);

        SumRange Of(int input, int channel) => currents[input]?[channel] ?? new SumRange(0, network.Values[input].Window);
    }

    private SumRange[] Membranes(FixedPointNetwork network, int node, IntegerNeurons neurons)
    {
        var input = currents[network.Network.Nodes[node].Inputs.Head]!;
        var steps = (long)network.Timesteps;
        return Checked(network, node, "membrane", [.. neurons.Thresholds.Select((threshold, channel) =>
        {
            // Leaks only bring a membrane nearer to 0 (u >> k of a negative u is at most 0), and a reset takes at most what is above the threshold.
            var step = neurons.Signs[channel] * input[channel] + new SumRange(neurons.Bias[channel], neurons.Bias[channel]);
            var above = network.Network.Neurons.Reset.IsHard ? threshold - 1 + Math.Max(step.High, 0) : steps * Math.Max(step.High, 0);
            return new SumRange(steps * Math.Min(step.Low, 0), Math.Max(above, 0));
        })]);
    }

    private static SumRange[] Checked(FixedPointNetwork network, int node, string what, SumRange[] ranges)
    {
        var outside = Array.FindIndex(ranges, range => !range.Fits31);
        return outside < 0 ? ranges : throw new BadInputException(
            $"{network.Network.Nodes[node].Name}: the {what} of channel {outside} may be {ranges[outside]}, expected numbers of 31 bits, {-Most - 1} to {Most}. "
            + "Quantise with fewer bits");
    }
}
