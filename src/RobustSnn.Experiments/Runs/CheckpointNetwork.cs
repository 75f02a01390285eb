using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>The network of a checkpoint, from its metadata alone.</summary>
internal static class CheckpointNetwork
{
    /// <summary>Where the network is described in full, as <see cref="NetworkJson"/> writes it.</summary>
    public const string Key = "network";

    private const int FirstDescribed = 2;

    /// <summary>
    /// From format 2 on, the description: the architecture's name is then only a label. Before, the named architecture, with what the
    /// other keys say of it.
    /// </summary>
    /// <exception cref="BadInputException">There is no network, it cannot be computed, or another key says otherwise.</exception>
    public static Network Read(CheckpointMetadata metadata)
    {
        var format = metadata.RequireFormat();
        if (format < FirstDescribed)
        {
            return Named(metadata);
        }

        return Described(metadata);
    }

    /// <summary>The network that is described in full.</summary>
    /// <exception cref="BadInputException">There is no network, it cannot be computed, or another key says otherwise.</exception>
    public static Network Described(CheckpointMetadata metadata)
    {
        var network = NetworkJson.Read(metadata.Place(Key), metadata.Text("architecture"), metadata.Text(Key));
        RequireAgreement(metadata, network);
        return network;
    }

    private static Network Named(CheckpointMetadata metadata)
    {
        var ann = Architectures.build(metadata.Text("architecture"), metadata.Whole("classes"), metadata.Shape("input"),
            metadata.Numbers("mean"), metadata.Numbers("deviation"));
        var neurons = new NeuronModel(metadata.Leak(), metadata.Reset());
        return metadata.Flag("spiking") ? Conversion.toSpiking(neurons, ann) : ann;
    }

    // A reader may look at the short keys alone, which are the same things once more: where one is there, it must be true.
    private static void RequireAgreement(CheckpointMetadata metadata, Network network)
    {
        var normalise = (Operation.Normalise)network.Nodes.Head.Operation;
        (string Key, Func<object> Said, object Described)[] pairs =
        [
            ("classes", () => metadata.Whole("classes"), network.Classes),
            ("input", () => metadata.Shape("input"), network.Input),
            ("mean", () => metadata.Numbers("mean"), normalise.mean),
            ("deviation", () => metadata.Numbers("deviation"), normalise.deviation),
            ("spiking", () => metadata.Flag("spiking"), !Graph.neurons(network).IsEmpty),
            ("leak", () => metadata.Leak(), network.Neurons.Leak),
            ("reset", () => metadata.Reset(), network.Neurons.Reset),
        ];
        foreach (var (key, said, described) in pairs.Where(pair => metadata.Has(pair.Key)))
        {
            if (!said().Equals(described))
            {
                throw new BadInputException(
                    $"{metadata.Place(key)} expected what '{Key}' says, {described}, found '{metadata.Text(key)}'. "
                    + $"Correct one, or leave '{key}' out");
            }
        }
    }
}
