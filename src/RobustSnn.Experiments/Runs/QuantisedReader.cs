using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.FixedPoint;
using RobustSnn.Model;
using ElementType = RobustSnn.Experiments.Files.ElementType;

namespace RobustSnn.Experiments.Runs;

/// <summary>Reads the tensors of <see cref="QuantisedTensors"/>, every one of its type and size, and nothing else.</summary>
/// <param name="network">As the file describes it.</param>
/// <param name="bits">By layer.</param>
/// <param name="isPruned">Whether zeros of weights, where all are dense, are what was pruned.</param>
internal sealed class QuantisedReader(TensorFile file, Network network, IReadOnlyDictionary<string, int> bits, bool isPruned)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <exception cref="BadInputException">A tensor is missing, unknown, of another type or size, or has a value that it may not have.</exception>
    public FixedPointNetwork Read(int timesteps)
    {
        var shapes = Shapes.inferOrFail(network).ToArray();
        var weights = QuantisedTensors.Weights(network).ToDictionary(weight => weight.Node);
        var isDense = weights.Values.All(weight => file.TryGet(weight.Name, out _));
        var (layers, neurons, sums) = (new Dictionary<int, IntegerWeights>(), new Dictionary<int, IntegerNeurons>(), new Dictionary<int, IntegerSum>());
        for (var node = 0; node < shapes.Length; node++)
        {
            var its = network.Nodes[node];
            var channels = shapes[node].Channels;
            if (weights.TryGetValue(node, out var weight))
            {
                var (pattern, values) = Weights(weight, bits[its.Name], isDense && isPruned);
                layers.Add(node, new IntegerWeights(
                    pattern, values, bits[its.Name], Ints(its.Name + ".bias", channels), Bytes(its.Name + ".exponents", channels)));
            }
            else if (its.Operation.IsNeuron)
            {
                neurons.Add(node, new IntegerNeurons(Ints(its.Name + ".v_th", channels),
                    Array.ConvertAll(Bytes(its.Name + ".sign", channels), sign => (sbyte)sign), Ints(its.Name + ".bias", channels)));
            }
            else if (its.Operation.IsSum || its.Operation.IsWeightedSum)
            {
                sums.Add(node, new IntegerSum(Ints(its.Name + ".first", channels), Ints(its.Name + ".second", channels),
                    Wholes(its.Name + ".shift", ElementType.I8, [])[0], Bytes(its.Name + ".exponents", channels)));
            }
        }

        var centres = Wholes(network.Nodes.Head.Name + ".centres", ElementType.U8, [network.Input.Channels]);
        if (file.Tensors.FirstOrDefault(tensor => !known.Contains(tensor.Name)) is { } stranger)
        {
            throw new BadInputException($"{file.FilePath}: the network {network.Architecture} has no tensor '{stranger.Name}' in a quantised checkpoint");
        }

        try
        {
            return new FixedPointNetwork(network, timesteps, centres, layers, neurons, sums);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{file.FilePath}: {mistake.Message}", mistake);
        }
    }

    private (SparsityPattern? Pattern, short[] Values) Weights(Parameter weight, int bits, bool prunesZeros)
    {
        var type = QuantisedTensors.TypeOf(bits);
        int[] dimensions = [.. weight.Dimensions];
        if (SparseTensor.Find(file, weight.Name, type) is { } sparse)
        {
            known.UnionWith(sparse.Parts.Select(part => part.Name));
            return sparse.Dimensions.SequenceEqual(dimensions)
                ? (sparse.Pattern, Shorts(sparse.Stored))
                : throw new BadInputException($"{file.FilePath}: tensor '{weight.Name}' expected [{string.Join(", ", dimensions)}], "
                    + $"found [{string.Join(", ", sparse.Dimensions)}]");
        }

        var dense = Shorts(Tensor(weight.Name, type, dimensions));
        if (!prunesZeros)
        {
            return (null, dense);
        }

        int[] existing = [.. Enumerable.Range(0, dense.Length).Where(i => dense[i] != 0)];
        return (new SparsityPattern(dense.Length, existing), Array.ConvertAll(existing, i => dense[i]));
    }

    private int[] Ints(string name, int channels) => Wholes(name, ElementType.I32, [channels]);

    private int[] Bytes(string name, int channels) => Wholes(name, ElementType.I8, [channels]);

    private int[] Wholes(string name, ElementType type, int[] dimensions) =>
        Array.ConvertAll(Tensor(name, type, dimensions).ToLongs(), value => (int)value);

    private static short[] Shorts(HostTensor tensor) => Array.ConvertAll(tensor.ToLongs(), value => (short)value);

    private HostTensor Tensor(string name, ElementType type, int[] dimensions)
    {
        known.Add(name);
        if (!file.TryGet(name, out var tensor))
        {
            throw new BadInputException($"{file.FilePath}: the network {network.Architecture} needs the tensor '{name}', which is not there");
        }

        return tensor.ElementType == type && tensor.Dimensions.SequenceEqual(dimensions)
            ? tensor
            : throw new BadInputException($"{file.FilePath}: expected {name}: {type} [{string.Join(", ", dimensions)}], found {tensor}");
    }
}
