using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.FixedPoint;
using RobustSnn.Model;
using ElementType = RobustSnn.Experiments.Files.ElementType;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// The tensors of a quantised checkpoint. Of the image, NAME.centres, U8. Of a layer, NAME.weight, I8 where it has at most 8 bits, else I16, as a
/// <see cref="SparseTensor"/> where it is pruned; NAME.bias, I32, and NAME.exponents, I8. Of neurons, NAME.v_th, I32, NAME.sign, I8, and NAME.bias, I32.
/// Of a sum, NAME.first and NAME.second, I32, NAME.shift, I8, a scalar, and NAME.exponents, I8. But for weights and shifts, one value a channel.
/// </summary>
internal static class QuantisedTensors
{
    private const int BitsOfByte = 8;

    /// <param name="isDense">Whether pruned weights are written, too, as zeros.</param>
    public static IReadOnlyList<HostTensor> Of(FixedPointNetwork network, bool isDense)
    {
        var nodes = network.Network.Nodes;
        var tensors = new List<HostTensor>
        {
            new(nodes.Head.Name + ".centres", ElementType.U8, [network.Centres.Count], [.. network.Centres.Select(centre => (byte)centre)]),
        };
        var weights = Weights(network.Network).ToDictionary(weight => weight.Node);
        for (var node = 0; node < network.Shapes.Count; node++)
        {
            var name = nodes[node].Name;
            if (network.Weights.TryGetValue(node, out var layer))
            {
                tensors.AddRange(Of(weights[node], layer, isDense));
                tensors.Add(Ints(name + ".bias", layer.Bias));
                tensors.Add(Bytes(name + ".exponents", layer.Exponents));
            }
            else if (network.Neurons.TryGetValue(node, out var neurons))
            {
                tensors.Add(Ints(name + ".v_th", neurons.Thresholds));
                tensors.Add(HostTensor.FromSBytes(name + ".sign", [neurons.Signs.Length], neurons.Signs));
                tensors.Add(Ints(name + ".bias", neurons.Bias));
            }
            else if (network.Sums.TryGetValue(node, out var sum))
            {
                tensors.Add(Ints(name + ".first", sum.First));
                tensors.Add(Ints(name + ".second", sum.Second));
                tensors.Add(HostTensor.FromSBytes(name + ".shift", [], [(sbyte)sum.Shift]));
                tensors.Add(Bytes(name + ".exponents", sum.Exponents));
            }
        }

        return tensors;
    }

    /// <summary>The weights of a network, as they are in floats.</summary>
    public static IEnumerable<Parameter> Weights(Network network) => Parameters.ofNetwork(network).Where(parameter => parameter.Kind.IsWeight);

    /// <summary>What a weight tensor takes in a file.</summary>
    public static IReadOnlyList<HostTensor> Of(Parameter weight, IntegerWeights layer, bool isDense)
    {
        if (layer.Pattern is not { } pattern)
        {
            return [Values(weight.Name, [.. weight.Dimensions], layer.Values, layer.Bits)];
        }

        if (!isDense)
        {
            return new SparseTensor(
                weight.Name, [.. weight.Dimensions], pattern, Values(weight.Name, [layer.Values.Length], layer.Values, layer.Bits), asGaps: true).Parts;
        }

        var dense = new short[pattern.DenseCount];
        for (var i = 0; i < layer.Values.Length; i++)
        {
            dense[pattern.Existing[i]] = layer.Values[i];
        }

        return [Values(weight.Name, [.. weight.Dimensions], dense, layer.Bits)];
    }

    /// <summary>What an element of weights of so many bits is.</summary>
    public static ElementType TypeOf(int bits) => bits <= BitsOfByte ? ElementType.I8 : ElementType.I16;

    private static HostTensor Values(string name, int[] dimensions, short[] values, int bits) => TypeOf(bits) == ElementType.I8
        ? HostTensor.FromSBytes(name, dimensions, Array.ConvertAll(values, value => (sbyte)value))
        : HostTensor.FromShorts(name, dimensions, values);

    private static HostTensor Ints(string name, int[] values) => HostTensor.FromInts(name, [values.Length], values);

    private static HostTensor Bytes(string name, int[] values) =>
        HostTensor.FromSBytes(name, [values.Length], Array.ConvertAll(values, value => (sbyte)value));
}
