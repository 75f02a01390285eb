using System.Text.Json;
using RobustSnn.Experiments.Files;
using RobustSnn.FixedPoint;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>A quantised checkpoint in memory.</summary>
/// <param name="MadeFrom">The SHA-256 of the checkpoint that it was made from, as <c>sha256:</c> and 64 hexadecimal digits.</param>
public sealed record LoadedQuantised(FixedPointNetwork Network, ModelInfo Info, string MadeFrom);

/// <summary>
/// A network in integers as a safetensors file: tensors of integers (<see cref="QuantisedTensors"/>), pruned ones sparse, and metadata from which the
/// network itself is built again, with T, for which its sums are proved to fit, the bits of each layer and what it was made from.
/// </summary>
public static class QuantisedFile
{
    private const string BitsKey = "bits";
    private const string ProgramKey = "program";

    /// <summary>Writes the network.</summary>
    /// <param name="info">Of the checkpoint that it was made from.</param>
    /// <param name="source">That checkpoint.</param>
    /// <exception cref="BadInputException">The file cannot be written, or the checkpoint not read.</exception>
    public static void Save(string path, FixedPointNetwork network, ModelInfo info, string source) =>
        Write(path, new LoadedQuantised(network, info, CheckpointOrigin.Of(source)), isDense: false);

    /// <summary>Writes the network with every tensor dense.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Export(string path, LoadedQuantised quantised) => Write(path, quantised, isDense: true);

    /// <summary>Whether a file of tensors says that it is a quantised checkpoint of this program.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static bool Is(string path) => CheckpointMetadata.AreQuantised(TensorFile.Read(path).Metadata);

    /// <summary>Bytes that a file takes for the weights of convolutions and linear layers, and for where they are.</summary>
    public static long WeightBytes(FixedPointNetwork network) => QuantisedTensors.Weights(network.Network)
        .Sum(weight => QuantisedTensors.Of(weight, network.Weights[weight.Node], isDense: false).Sum(tensor => (long)tensor.Bytes.Length));

    /// <summary>Reads a quantised checkpoint.</summary>
    /// <exception cref="BadInputException">
    /// The file is none of this program, its tensors are not those of the network that it describes, integers are outside their bits, or a sum may not fit.
    /// </exception>
    public static LoadedQuantised Load(string path)
    {
        var file = TensorFile.Read(path);
        var metadata = new CheckpointMetadata(path, file.Metadata);
        metadata.RequireQuantised();
        var network = CheckpointNetwork.Described(metadata);
        var info = new ModelInfo(metadata.Text("data_set"), metadata.Timesteps(), metadata.Text("stage"), metadata.ClassNames(network.Classes));
        var reader = new QuantisedReader(file, network, Bits(metadata, network), metadata.Flag("pruned"));
        return new LoadedQuantised(reader.Read(info.Timesteps), info, CheckpointOrigin.Read(metadata));
    }

    private static void Write(string path, LoadedQuantised quantised, bool isDense)
    {
        var network = quantised.Network;
        var layers = network.Weights.OrderBy(layer => layer.Key);
        var metadata = new SortedDictionary<string, string>(
            ModelFile.Metadata(network.Network, quantised.Info with { Timesteps = network.Timesteps }, CheckpointMetadata.QuantisedFormat,
                network.Weights.Values.Any(layer => layer.Pattern is not null)).ToDictionary(), StringComparer.Ordinal)
        {
            [BitsKey] = JsonSerializer.Serialize(layers.ToDictionary(layer => network.Network.Nodes[layer.Key].Name, layer => layer.Value.Bits)),
            [ProgramKey] = RunResults.ProgramVersion,
        };
        Safetensors.Write(path, QuantisedTensors.Of(network, isDense), CheckpointOrigin.With(metadata, quantised.MadeFrom));
    }

    /// <summary>Of the weights of each layer.</summary>
    private static Dictionary<string, int> Bits(CheckpointMetadata metadata, Network network)
    {
        try
        {
            using var document = JsonDocument.Parse(metadata.Text(BitsKey), new JsonDocumentOptions { AllowDuplicateProperties = false });
            var fields = new JsonFields(metadata.Place(BitsKey), document.RootElement);
            var bits = QuantisedTensors.Weights(network).Select(weight => network.Nodes[weight.Node].Name)
                .ToDictionary(layer => layer, fields.Whole, StringComparer.Ordinal);
            fields.RequireNoOther();
            return bits;
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new BadInputException($"{metadata.Place(BitsKey)} expected a JSON object with the bits of each layer: {mistake.Message}", mistake);
        }
    }
}
