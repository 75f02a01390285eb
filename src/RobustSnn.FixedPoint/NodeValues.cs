using Microsoft.FSharp.Collections;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>
/// What each node of a folded spiking network gives in integers, and with it, which networks can be computed so: layers read pixels, spikes or counts,
/// neurons read currents, BatchNorms stand between the two, and windows are taken over spikes.
/// </summary>
public static class NodeValues
{
    /// <summary>Neurons of the largest window whose counts fit into a byte.</summary>
    public const int LargestWindow = byte.MaxValue;

    /// <summary>Of each node, in order.</summary>
    /// <param name="network">Its BatchNorms folded where they can be.</param>
    /// <exception cref="BadInputException">The network is invalid, or a node cannot be computed in integers: which, and why.</exception>
    public static IReadOnlyList<NodeValue> Of(Network network)
    {
        var shapes = Shapes.inferOrFail(network).ToArray();
        var values = new List<NodeValue>();
        foreach (var node in network.Nodes)
        {
            Node[] read = [.. node.Inputs.Select(input => network.Nodes[input])];
            values.Add(node.Operation.Accept(new Visitor(node, read, [.. node.Inputs.Select(input => values[input])],
                [.. node.Inputs.Select(input => shapes[input])], shapes[values.Count])));
        }

        return values[^1].Kind == ValueKind.Currents
            ? values
            : throw Refused(network.Nodes[values.Count - 1], "as the last node gives class scores", "a layer of weights");
    }

    private static BadInputException Refused(Node node, string why, string expected) =>
        new($"{node.Name}: cannot be computed in fixed point: it {why}; expected {expected}. Evaluate the network in floats");

    private sealed class Visitor(Node node, Node[] read, NodeValue[] inputs, Shape[] shapes, Shape shape) : IOperationVisitor<NodeValue>
    {
        public NodeValue Normalise(FSharpList<double> mean, FSharpList<double> deviation) => new(ValueKind.Pixels, true, 1);

        public NodeValue Convolution(Convolution settings) => Layer();

        public NodeValue Linear(int outputs, bool bias) => Layer();

        public NodeValue BatchNorm() => inputs[0].Kind == ValueKind.Currents ? inputs[0] with { Kind = ValueKind.NormedCurrents } : throw Reads("currents");

        public NodeValue Relu() => throw Refused(node, "is the activation of an ANN", "spiking neurons, as `rsnn run` makes them");

        public NodeValue Neuron(Thresholds thresholds) =>
            inputs[0].Kind is ValueKind.Currents or ValueKind.NormedCurrents ? new NodeValue(ValueKind.Spikes, false, 1) : throw Reads("currents");

        public NodeValue AveragePool(int size) => Counted(size * size);

        public NodeValue GlobalAveragePool() => Counted(shapes[0].Rows * shapes[0].Columns);

        public NodeValue MaxPool(int size) => Largest();

        public NodeValue OverlappingMaxPool(PoolWindow window) => Largest();

        public NodeValue WeightedSum() => Sum();

        public NodeValue Sum() =>
            Array.TrueForAll(inputs, input => input.Kind is ValueKind.Currents or ValueKind.Spikes or ValueKind.Counts)
                ? new NodeValue(ValueKind.Currents, Array.TrueForAll(inputs, input => input.IsStatic), 1)
                : throw Reads("currents, spikes or means of spikes");

        public NodeValue Dropout(double rate) => inputs[0];

        private NodeValue Layer() => inputs[0].Kind is ValueKind.Pixels or ValueKind.Spikes or ValueKind.Counts
            ? new NodeValue(ValueKind.Currents, inputs[0].IsStatic, 1)
            : throw Reads("the image, spikes or means of spikes");

        private NodeValue Largest() => inputs[0].Kind == ValueKind.Spikes ? inputs[0] : throw Reads("spikes");

        private NodeValue Counted(int neurons)
        {
            if (inputs[0].Kind is not (ValueKind.Spikes or ValueKind.Counts))
            {
                throw Reads("spikes");
            }

            var window = (long)neurons * inputs[0].Window;
            return window <= LargestWindow
                ? new NodeValue(ValueKind.Counts, false, (int)window)
                : throw Refused(node, $"takes means over {window} neurons ({shape})", $"at most {LargestWindow}");
        }

        private BadInputException Reads(string expected) =>
            Refused(node, $"reads {string.Join(" and ", read.Zip(inputs, (from, value) => $"{Words(value.Kind)} of {from.Name}"))}", expected);

        private static string Words(ValueKind kind) => kind switch
        {
            ValueKind.Pixels => "the image",
            ValueKind.Spikes => "the spikes",
            ValueKind.Counts => "the means",
            ValueKind.Currents => "the currents",
            ValueKind.NormedCurrents => "the normalised currents",
        };
    }
}
