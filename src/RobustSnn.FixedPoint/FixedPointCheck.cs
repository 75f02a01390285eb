using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>That every part of a network in integers is there, and of its size.</summary>
internal static class FixedPointCheck
{
    private const int LargestExponent = 60;
    private const int MostInputs = ushort.MaxValue + 1; // what 16 bits number
    private const int MostThreshold = 1 << 30;

    /// <exception cref="BadInputException">Which is not.</exception>
    public static void Parts(FixedPointNetwork network)
    {
        if (network.Timesteps < 1)
        {
            throw new BadInputException($"a network in fixed point expects at least 1 timestep, found {network.Timesteps}");
        }

        Require(network.Centres.Count == network.Network.Input.Channels && network.Centres.All(centre => centre is >= 0 and <= byte.MaxValue),
            "the image", $"{network.Network.Input.Channels} centres of 0 to 255", $"{string.Join(", ", network.Centres.Take(4))} ({network.Centres.Count})");
        for (var node = 0; node < network.Shapes.Count; node++)
        {
            var name = network.Network.Nodes[node].Name;
            var channels = network.Shapes[node].Channels;
            var operation = network.Network.Nodes[node].Operation;
            if (operation.IsConvolution || operation.IsLinear)
            {
                Layer(name, network.Weights.GetValueOrDefault(node), network.Geometry(node).WeightCount, channels);
                var inputs = network.Geometry(node).WeightCount / channels;
                Require(inputs <= MostInputs || network.Values[network.Network.Nodes[node].Inputs.Head].Kind == ValueKind.Pixels,
                    name, $"at most {MostInputs} inputs of an output", $"{inputs}");
            }
            else if (operation.IsNeuron)
            {
                Layer(name, network.Neurons.GetValueOrDefault(node), channels);
            }
            else if (operation.IsWeightedSum || operation.IsSum)
            {
                Sum(name, network.Sums.GetValueOrDefault(node), channels);
            }
        }
    }

    private static void Layer(string name, IntegerWeights? layer, int dense, int outputs)
    {
        Require(layer is not null, name, "integer weights", "none");
        Require(layer!.Bits is >= IntegerWeights.FewestBits and <= IntegerWeights.MostBits,
            name, $"weights of {IntegerWeights.FewestBits} to {IntegerWeights.MostBits} bits", $"{layer.Bits}");
        Require((layer.Pattern?.DenseCount ?? dense) == dense, name, $"a pattern of {dense} weights", $"{layer.Pattern?.DenseCount}");
        Require(layer.Values.Length == (layer.Pattern?.Count ?? dense), name, $"{layer.Pattern?.Count ?? dense} weights", $"{layer.Values.Length}");
        var largest = IntegerWeights.Largest(layer.Bits);
        var outside = Array.FindIndex(layer.Values, value => value < -largest || value > largest);
        Require(outside < 0, name, $"weights of {layer.Bits} bits, from {-largest} to {largest}", outside < 0 ? "" : $"{layer.Values[outside]} (weight {outside})");
        Count(name, "biases", layer.Bias.Length, outputs);
        Exponents(name, layer.Exponents, outputs);
    }

    private static void Layer(string name, IntegerNeurons? layer, int channels)
    {
        Require(layer is not null, name, "integer thresholds", "none");
        Count(name, "thresholds", layer!.Thresholds.Length, channels);
        Count(name, "signs", layer.Signs.Length, channels);
        Count(name, "biases", layer.Bias.Length, channels);
        var silent = Array.FindIndex(layer.Thresholds, threshold => threshold is < 1 or > MostThreshold);
        Require(silent < 0, name, $"thresholds of 1 to {MostThreshold}", silent < 0 ? "" : $"{layer.Thresholds[silent]} of channel {silent}");
        var sign = Array.FindIndex(layer.Signs, each => each is < -1 or > 1);
        Require(sign < 0, name, "signs of −1, 0 or 1", sign < 0 ? "" : $"{layer.Signs[sign]} of channel {sign}");
    }

    private static void Sum(string name, IntegerSum? sum, int channels)
    {
        Require(sum is not null, name, "integer factors", "none");
        Count(name, "factors of the shortcut", sum!.First.Length, channels);
        Count(name, "factors of the residual", sum.Second.Length, channels);
        Require(sum.Shift is >= 0 and <= IntegerSum.MostShift, name, $"a shift of 0 to {IntegerSum.MostShift}", $"{sum.Shift}");
        Exponents(name, sum.Exponents, channels);
    }

    private static void Exponents(string name, int[] exponents, int channels)
    {
        Count(name, "exponents", exponents.Length, channels);
        var far = Array.FindIndex(exponents, exponent => exponent is < -LargestExponent or > LargestExponent);
        Require(far < 0, name, $"exponents of −{LargestExponent} to {LargestExponent}", far < 0 ? "" : $"{exponents[far]} of channel {far}");
    }

    private static void Count(string name, string what, int found, int expected) => Require(found == expected, name, $"{expected} {what}", $"{found}");

    private static void Require(bool holds, string name, string expected, string found)
    {
        if (!holds)
        {
            throw new BadInputException($"{name}: expected {expected}, found {found}");
        }
    }
}
