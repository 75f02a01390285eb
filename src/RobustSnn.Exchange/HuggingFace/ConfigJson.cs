using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Exchange.HuggingFace;

/// <summary>What config.json says of a folder's tensors.</summary>
/// <param name="Checkpoint">The metadata of the checkpoint.</param>
/// <param name="Pruned">Names of the weights of which some do not exist.</param>
/// <param name="Storage">How those are written.</param>
internal sealed record FolderConfig(IReadOnlyDictionary<string, string> Checkpoint, IReadOnlyList<string> Pruned, WeightStorage Storage);

/// <summary>
/// config.json: the network in full under the names that the hub's tools use where they have one, the checkpoint's metadata word for word, and
/// which weights are pruned. Keys that others add are not read; what is said twice must be said alike.
/// </summary>
internal static class ConfigJson
{
    private const string CheckpointKey = "checkpoint";
    private const string PrunedKey = "pruned_weights";
    private const string CompressionKey = "quantization_config";
    private const string SparsityKey = "sparsity_config";
    private const string FormatKey = "format";
    private const string SparseBitmask = "sparse-bitmask";

    // The release of compressed-tensors whose reader and writer of this format are followed; later ones read it no more.
    private const string CompressionVersion = "0.14.0";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="loaded">The network.</param>
    /// <param name="checkpoint">The metadata of its checkpoint.</param>
    /// <param name="storage">How weights of pruned layers are written.</param>
    public static string Write(LoadedModel loaded, IReadOnlyDictionary<string, string> checkpoint, WeightStorage storage)
    {
        Network network = loaded.Model.Network;
        var normalise = (Operation.Normalise)network.Nodes.Head.Operation;
        ParameterTensor[] pruned = [.. loaded.Model.Parameters.All.Where(parameter => parameter.Pattern is not null)];
        var config = new JsonObject
        {
            ["model_type"] = "rsnn",
            ["architecture"] = network.Architecture,
            ["num_labels"] = network.Classes,
            ["num_channels"] = network.Input.Channels,
            ["image_size"] = new JsonArray(network.Input.Rows, network.Input.Columns),
            ["image_mean"] = new JsonArray([.. normalise.mean.Select(value => (JsonNode)value)]),
            ["image_std"] = new JsonArray([.. normalise.deviation.Select(value => (JsonNode)value)]),
            ["spiking"] = !Graph.neurons(network).IsEmpty,
            ["timesteps"] = loaded.Info.Timesteps,
            ["leak"] = network.Neurons.Leak,
            ["reset"] = network.Neurons.Reset.IsSoft ? "soft" : "hard",
        };
        if ((loaded.Info.ClassNames ?? DataSets.ClassNamesOf(loaded.Info.DataSet)) is { } names)
        {
            config["id2label"] = new JsonObject(names.Select((name, index) => KeyValuePair.Create($"{index}", (JsonNode?)name)));
            config["label2id"] = new JsonObject(names.Select((name, index) => KeyValuePair.Create(name, (JsonNode?)index)));
        }

        config["network"] = JsonNode.Parse(NetworkJson.Write(network));
        config[PrunedKey] = new JsonArray([.. pruned.Select(parameter => (JsonNode)parameter.Name)]);
        if (storage == WeightStorage.SparseBitmask)
        {
            config[CompressionKey] = Compression(loaded.Model, pruned);
        }

        config[CheckpointKey] = new JsonObject(checkpoint.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return config.ToJsonString(Format) + "\n";
    }

    /// <summary>What is needed to read the tensors.</summary>
    /// <exception cref="BadInputException">Not JSON, a key is missing or none of its kind, or weights are in another format.</exception>
    public static FolderConfig Read(string path, string text)
    {
        using JsonDocument document = Parse(path, text);
        try
        {
            var fields = new JsonFields(path, document.RootElement);
            if (fields.Text("model_type") != "rsnn")
            {
                throw fields.Wrong("model_type", "rsnn: only folders that rsnn export wrote are read");
            }

            var checkpoint = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty property in fields.Properties(CheckpointKey))
            {
                checkpoint[property.Name] = property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw new BadInputException($"{path}: {CheckpointKey}: '{JsonFields.Shortened(property.Name)}' expected text, found {JsonFields.Quoted(property.Value)}");
            }

            return new FolderConfig(checkpoint, Pruned(fields), Storage(fields));
        }
        catch (InvalidOperationException mistake)
        {
            throw NoText(path, mistake);
        }
    }

    /// <summary>Half a surrogate pair, escaped in a string.</summary>
    private static BadInputException NoText(string path, InvalidOperationException mistake) =>
        new($"{path}: expected the JSON of a network: {mistake.Message}", mistake);

    /// <summary>That a file says of the network what the network says.</summary>
    /// <exception cref="BadInputException">A key is missing or says something else.</exception>
    public static void RequireAgreement(string path, string found, string expected)
    {
        try
        {
            JsonObject said = JsonNode.Parse(found)!.AsObject();
            foreach ((string key, JsonNode? value) in JsonNode.Parse(expected)!.AsObject())
            {
                if (!JsonNode.DeepEquals(said[key], value))
                {
                    throw new BadInputException(
                        $"{path}: '{key}' expected what the checkpoint in it says, {JsonFields.Shortened(value?.ToJsonString() ?? "null")}, "
                        + $"found {JsonFields.Shortened(said[key]?.ToJsonString() ?? "nothing")}. Correct one");
                }
            }
        }
        catch (InvalidOperationException mistake)
        {
            throw NoText(path, mistake);
        }
    }

    private static JsonObject Compression(SpikingModel model, ParameterTensor[] pruned)
    {
        ParameterTensor[] weights = [.. model.Parameters.All.Where(parameter => parameter.Specification.Prunable)];
        long total = weights.Sum(parameter => (long)parameter.Specification.Count);
        long kept = weights.Sum(parameter => (long)parameter.Value.Length);
        return new JsonObject
        {
            ["quant_method"] = "compressed-tensors",
            ["version"] = CompressionVersion,
            [SparsityKey] = new JsonObject
            {
                [FormatKey] = SparseBitmask,
                ["global_sparsity"] = 1 - (double)kept / total,
                ["sparsity_structure"] = "unstructured",
                ["targets"] = new JsonArray([.. pruned.Select(parameter => (JsonNode)model.Network.Nodes[parameter.Specification.Node].Name)]),
                ["ignore"] = new JsonArray([.. weights.Except(pruned).Select(parameter => (JsonNode)model.Network.Nodes[parameter.Specification.Node].Name)]),
            },
        };
    }

    private static JsonDocument Parse(string path, string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new BadInputException($"{path}: expected the JSON of a network: {mistake.Message}", mistake);
        }
    }

    private static string[] Pruned(JsonFields fields)
    {
        string[] names = Array.ConvertAll(fields.Elements(PrunedKey), element =>
            element.ValueKind == JsonValueKind.String && element.GetString()!.EndsWith(".weight", StringComparison.Ordinal)
                ? element.GetString()!
                : throw fields.Wrong(PrunedKey, "names of weights"));
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names : throw fields.Wrong(PrunedKey, "different names");
    }

    private static WeightStorage Storage(JsonFields fields)
    {
        if (!fields.Has(CompressionKey))
        {
            return WeightStorage.Dense;
        }

        JsonFields compression = fields.Object(CompressionKey);
        return compression.OneOf("quant_method", ("compressed-tensors", WeightStorage.SparseBitmask)) is var storage
            && compression.Object(SparsityKey).OneOf(FormatKey, (SparseBitmask, storage)) == storage
            ? storage
            : throw fields.Wrong(CompressionKey, SparseBitmask);
    }
}
