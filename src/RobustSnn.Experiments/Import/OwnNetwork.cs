using Microsoft.FSharp.Collections;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>
/// A network of the user's own: its layers in a row are given by their sizes, and a file's tensors, whatever they are called, are theirs by order and shape.
/// </summary>
internal static class OwnNetwork
{
    /// <summary>What an imported network of this kind is said to be.</summary>
    public const string Name = "own";

    /// <summary>The network with those biases and BatchNorms that the file has, and the tensors under the names of its parameters.</summary>
    /// <param name="file">Named as the network itself names them, counters left out.</param>
    /// <param name="isOrdered">As <see cref="StoredModule.Of(TensorFile, bool)"/>.</param>
    /// <exception cref="BadInputException">The network is none in a row, or its layers are not as many or not of the shapes that the file has.</exception>
    public static (TensorFile Tensors, Network Network, string Note) Map(TensorFile file, bool isOrdered, NetworkSettings settings, ForeignFrame frame)
    {
        if (frame.Size is null)
        {
            throw new BadInputException(
                $"{file.FilePath}: expected --size with the rows and columns of the network's images beside --network, found none: no file says it");
        }

        IReadOnlyList<StoredModule> modules = StoredModule.Of(file, isOrdered);
        ILookup<ModuleKind, StoredModule> stored = modules.ToLookup(module => module.Kind);
        int classes = stored[ModuleKind.Linear].LastOrDefault()?.Weight.Dimensions[0] ?? throw new BadInputException(
            $"{file.FilePath}: expected a linear layer, the network's last, found none");
        Network described = settings.Build(classes, frame.Input(frame.Size.Value), frame.Mean, frame.Deviation);
        RequireRow(file.FilePath, described);
        RequireCounts(file.FilePath, described, stored);
        Network network = WithPartsOf(described, stored);
        return (file.With(Renamed(file.FilePath, network, stored)), network, Note(network, stored));
    }

    private static bool Is(Operation operation, ModuleKind kind) => kind switch
    {
        ModuleKind.Convolution => operation.IsConvolution,
        ModuleKind.Linear => operation.IsLinear,
        ModuleKind.BatchNorm => operation.IsBatchNorm,
    };

    private static void RequireRow(string path, Network network)
    {
        if (network.Nodes.Select((node, index) => node.Inputs.Any(input => input != index - 1)).Any(leaps => leaps))
        {
            throw new BadInputException(
                $"{path}: --network expected layers in a row (network.family vgg), found {network.Architecture}, which has shortcuts: the order of its tensors does not "
                + "say which layer is which");
        }
    }

    private static void RequireCounts(string path, Network network, ILookup<ModuleKind, StoredModule> stored)
    {
        foreach ((ModuleKind kind, string what) in new[]
        {
            (ModuleKind.Convolution, "convolutions"), (ModuleKind.Linear, "linear layers, the last included"), (ModuleKind.BatchNorm, "BatchNorms or none, one behind each convolution"),
        })
        {
            int expected = network.Nodes.Count(node => Is(node.Operation, kind));
            int found = stored[kind].Count();
            if (found != expected && !(kind == ModuleKind.BatchNorm && found == 0))
            {
                string names = found == 0 ? "" : $" ({string.Join(", ", stored[kind].Select(module => module.Name))})";
                throw new BadInputException(
                    $"{path}: expected {expected} {what}, as --network says, found {found}{names}; bring network.layers and network.head to what the network has");
            }
        }
    }

    /// <summary>The same row: with a bias where the file has one, and without BatchNorms where it has none.</summary>
    private static Network WithPartsOf(Network network, ILookup<ModuleKind, StoredModule> stored)
    {
        var convolutions = new Queue<StoredModule>(stored[ModuleKind.Convolution]);
        var linears = new Queue<StoredModule>(stored[ModuleKind.Linear]);
        bool hasNorms = stored[ModuleKind.BatchNorm].Any();
        Node[] kept = [.. network.Nodes.Where(node => hasNorms || !node.Operation.IsBatchNorm)];
        return new Network(
            network.Architecture, network.Input, network.Classes, network.Neurons,
            ListModule.OfSeq(kept.Select((node, index) => new Node(node.Name, node.Operation switch
            {
                Operation.Convolution { Item: var each } => Operation.NewConvolution(
                    new Convolution(each.Outputs, each.Kernel, each.Stride, each.Padding, convolutions.Dequeue().HasBias)),
                Operation.Linear each => Operation.NewLinear(each.outputs, linears.Dequeue().HasBias),
                var other => other,
            }, ListModule.OfSeq(Enumerable.Range(index - 1, Math.Min(index, 1)))))));
    }

    private static List<HostTensor> Renamed(string path, Network network, ILookup<ModuleKind, StoredModule> stored)
    {
        ILookup<string, Parameter> parameters = Parameters.ofNetwork(network).ToLookup(parameter => network.Nodes[parameter.Node].Name);
        var renamed = new List<HostTensor>();
        foreach ((Node node, StoredModule module) in Pairs(network, stored))
        {
            foreach (Parameter parameter in parameters[node.Name])
            {
                string part = parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];
                HostTensor tensor = module.Tensors.Single(each => StoredModule.Part(each) == part);
                if (!tensor.Dimensions.SequenceEqual(parameter.Dimensions))
                {
                    string images = parameter.Dimensions.Length == 2 ? $", for images of {network.Input}" : "";
                    throw new BadInputException(
                        $"{path}: '{tensor.Name}' is by its order '{parameter.Name}' of {network.Architecture}{images}: expected "
                        + $"[{string.Join(", ", parameter.Dimensions)}], found [{string.Join(", ", tensor.Dimensions)}]");
                }

                renamed.Add(tensor.Renamed(parameter.Name));
            }
        }

        return renamed;
    }

    private static IEnumerable<(Node Node, StoredModule Module)> Pairs(Network network, ILookup<ModuleKind, StoredModule> stored) =>
        Enum.GetValues<ModuleKind>().SelectMany(kind => network.Nodes.Where(node => Is(node.Operation, kind)).Zip(stored[kind]));

    private static string Note(Network network, ILookup<ModuleKind, StoredModule> stored)
    {
        IEnumerable<string> pairs = Pairs(network, stored).Select(pair => $"{pair.Module.Name} is {pair.Node.Name}");
        return $"layers, by order and shape: {string.Join(", ", pairs)}. What no file says is taken from --network: a ReLU behind every layer but the last, where "
            + "poolings are, padding 1; whether that is so, accuracy on images shows";
    }
}
