using PureHDF;
using RobustSnn.Engine;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Nir;

/// <summary>
/// A spiking network as a file of NIR, which is HDF5: "version", and under "node" a graph with its nodes, their attributes as arrays, and edges.
/// What NIR has no word for is metadata of the graph: T, dt = 1, and how scores become classes.
/// </summary>
public static class NirFile
{
    /// <summary>The release of NIR whose nodes are written.</summary>
    public const string Version = "1.0.7";

    /// <summary>Writes the network, atomically, after every array of it has been read back the same.</summary>
    /// <returns>How many nodes the graph has, and what a reader of it has to know beside it.</returns>
    /// <exception cref="BadInputException">It is an ANN, a layer does what NIR cannot say, or the file cannot be written.</exception>
    public static (int Nodes, IReadOnlyList<string> Warnings) Write(string path, LoadedModel loaded)
    {
        if (loaded.Info.Timesteps == 0)
        {
            throw new BadInputException($"{path}: expected a spiking network with T from 1, found an ANN, and NIR has no ReLU; convert it first");
        }

        using SpikingModel folded = NormFolding.Fold(loaded.Model);
        NirGraph graph = NirGraph.Of(folded);
        using var memory = new MemoryStream();
        File(graph, loaded).Write(memory);
        memory.Position = 0;
        RequireSame(path, graph, memory);
        AtomicFile.Write(path, memory.WriteTo);
        return (graph.Nodes.Count, Warnings(folded.Network, loaded.Info));
    }

    private static H5File File(NirGraph graph, LoadedModel loaded)
    {
        var nodes = new H5Group();
        foreach (NirNode node in graph.Nodes)
        {
            var group = new H5Group { ["type"] = node.Type };
            foreach ((string name, NirArray array) in node.Arrays)
            {
                group[name] = array switch
                {
                    { Sizes.Length: 0, Values: long[] values } => values[0],
                    { Values: float[] values } => new H5Dataset(values, fileDims: Sizes(array)),
                    { Values: long[] values } => new H5Dataset(values, fileDims: Sizes(array)),
                    _ => throw new InvalidOperationException($"{node.Name}.{name}: an array of no kind that NIR has"),
                };
            }

            nodes[node.Name] = group;
        }

        var edges = new string[graph.Edges.Count, 2];
        for (int edge = 0; edge < graph.Edges.Count; edge++)
        {
            (edges[edge, 0], edges[edge, 1]) = graph.Edges[edge];
        }

        return new H5File
        {
            ["version"] = Version,
            ["node"] = new H5Group
            {
                ["type"] = "NIRGraph",
                ["nodes"] = nodes,
                ["edges"] = edges,
                ["metadata"] = new H5Group
                {
                    ["architecture"] = loaded.Model.Network.Architecture,
                    ["data_set"] = loaded.Info.DataSet,
                    ["timesteps"] = (long)loaded.Info.Timesteps,
                    ["dt"] = 1.0,
                    ["integration"] = "forward Euler",
                    ["input"] = "the same pixels in [0, 1] at every timestep",
                    ["output"] = "class scores of a timestep; the class is that of the largest mean over the timesteps",
                },
            },
        };
    }

    private static ulong[] Sizes(NirArray array) => Array.ConvertAll(array.Sizes, size => (ulong)size);

    /// <summary>What NIR does not say, or leaves to who runs it.</summary>
    private static List<string> Warnings(Network network, ModelInfo info)
    {
        List<string> warnings =
        [
            $"{network.Nodes.Head.Name}: reads the same image at each of {info.Timesteps} timesteps; NIR has no word for it, whoever runs the graph repeats it",
            $"{network.Nodes.Last().Name}: gives scores at each timestep; the network's are their mean, which NIR has no word for",
            $"{string.Join(", ", Graph.neurons(network).Select(node => network.Nodes[node].Name))}: fire at u ≥ v_th, NIR's where v > v_threshold: "
            + "thresholds are the largest floats below v_th, which is the same in floats",
        ];
        if (network.Neurons.Leak < 1)
        {
            warnings.Add($"leak {network.Neurons.Leak}: as LIF with τ = r = {1 / (1 - network.Neurons.Leak)} in steps of dt = 1 by Euler's rule; integrated exactly, or with another dt, spikes are others");
        }

        return warnings;
    }

    private static void RequireSame(string path, NirGraph graph, MemoryStream memory)
    {
        using var file = H5File.Open(memory, leaveOpen: true);
        bool isSame = file.Dataset("/node/edges").Read<string[]>().SequenceEqual(graph.Edges.SelectMany(edge => new[] { edge.From, edge.To }))
            && graph.Nodes.All(node => file.Dataset($"/node/nodes/{node.Name}/type").Read<string>() == node.Type
                && node.Arrays.All(array => IsSame(file.Dataset($"/node/nodes/{node.Name}/{array.Key}"), array.Value)));
        if (!isSame)
        {
            throw new InvalidOperationException($"{path}: what was written is not what is read back: nothing was left there");
        }
    }

    private static bool IsSame(IH5Dataset found, NirArray expected) => expected switch
    {
        { Sizes.Length: 0, Values: long[] values } => found.Read<long>() == values[0],
        { Values: float[] values } => found.Space.Dimensions.SequenceEqual(Sizes(expected)) && found.Read<float[]>().AsSpan().SequenceEqual(values),
        { Values: long[] values } => found.Space.Dimensions.SequenceEqual(Sizes(expected)) && found.Read<long[]>().AsSpan().SequenceEqual(values),
        _ => false,
    };
}
