using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Nir;

/// <summary>
/// A spiking network as a graph of NIR, the Neuromorphic Intermediate Representation. Where several edges lead to a node, it reads their sum.
/// </summary>
internal sealed class NirGraph
{
    public const string Input = "input";
    public const string Output = "output";

    private readonly List<NirNode> nodes = [];
    private readonly List<(string From, string To)> edges = [];

    public IReadOnlyList<NirNode> Nodes => nodes;

    public IReadOnlyList<(string From, string To)> Edges => edges;

    /// <summary>The graph of a network whose BatchNorms have been folded where they can be.</summary>
    /// <exception cref="BadInputException">A layer does what no node of NIR does; the message names it.</exception>
    public static NirGraph Of(SpikingModel folded)
    {
        Network network = folded.Network;
        if (network.Neurons.Reset.IsSoft && Graph.neurons(network) is { IsEmpty: false } neurons)
        {
            throw new BadInputException(
                $"{network.Nodes[neurons.Head].Name}: its neurons take the threshold from the membrane after a spike, and NIR's set it to a value. Train with reset: hard to export to NIR");
        }

        var graph = new NirGraph();
        graph.nodes.Add(new NirNode(Input, "Input", new Dictionary<string, NirArray> { ["shape"] = Sizes(network.Input) }));
        var sources = new List<IReadOnlyList<string>>();
        foreach ((int index, Node node) in network.Nodes.Index())
        {
            IReadOnlyList<string>[] inputs = index == 0 ? [[Input]] : [.. node.Inputs.Select(input => sources[input])];
            sources.Add(node.Operation.Accept(new NirWriter(graph, folded, index, inputs)));
        }

        graph.Add(Output, "Output", sources[^1], ("shape", NirArray.Of((long)network.Classes)));
        return graph;
    }

    /// <summary>Adds a node and the edges to it, and returns its name as what others read.</summary>
    /// <exception cref="BadInputException">The name has a stroke, which HDF5 takes for a folder, or is that of another.</exception>
    public IReadOnlyList<string> Add(string name, string type, IReadOnlyList<string> inputs, params (string Name, NirArray Value)[] arrays)
    {
        if (name.Contains('/') || name is "." || nodes.Exists(node => node.Name == name))
        {
            throw new BadInputException($"{name}: a node of NIR expected another name, without '/' and not that of another node; give it one in the network's description");
        }

        nodes.Add(new NirNode(name, type, arrays.ToDictionary(array => array.Name, array => array.Value)));
        edges.AddRange(inputs.Select(input => (input, name)));
        return [name];
    }

    /// <summary>Channels, rows and columns.</summary>
    public static NirArray Sizes(Shape shape) => NirArray.Of(shape.Channels, shape.Rows, shape.Columns);
}
