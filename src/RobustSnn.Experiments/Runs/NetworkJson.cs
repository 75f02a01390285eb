using System.Text.Json.Nodes;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// A network as JSON text, so that a checkpoint describes itself whether its network has a name or not: input (channels, rows, columns),
/// classes, neurons (leak, reset) and nodes in the order of computation, each with its name, its operation, that operation's fields and
/// the indices of the nodes that it reads.
/// </summary>
internal static class NetworkJson
{
    // Far beyond any network that trains; keeps a hostile file from hours of checking.
    private const int MostNodes = 10_000;

    private const int LongestName = 200;

    public static string Write(Network network) => new JsonObject
    {
        ["input"] = new JsonArray(network.Input.Channels, network.Input.Rows, network.Input.Columns),
        ["classes"] = network.Classes,
        ["neurons"] = new JsonObject { ["leak"] = network.Neurons.Leak, ["reset"] = network.Neurons.Reset.IsSoft ? "soft" : "hard" },
        ["nodes"] = new JsonArray([.. network.Nodes.Select(Write)]),
    }.ToJsonString();

    /// <param name="place">What every refusal begins with: the file and where in it the text is.</param>
    /// <param name="architecture">What the network is called.</param>
    /// <exception cref="BadInputException">
    /// Not JSON, a property is unknown, missing or there twice, a value is none of its kind, or the network cannot be computed
    /// (<see cref="Shapes.infer"/>).
    /// </exception>
    public static Network Read(string place, string architecture, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var fields = new JsonFields(place, document.RootElement);
            var input = fields.Wholes("input");
            if (input.Length != 3)
            {
                throw fields.Wrong("input", "channels, rows and columns");
            }

            var network = new Network(
                architecture, new Shape(input[0], input[1], input[2]), fields.Whole("classes"), Neurons(fields), Nodes(place, fields));
            fields.RequireNoOther();
            var shapes = Shapes.infer(network);
            return shapes.IsOk ? network : throw new BadInputException($"{place}: {shapes.ErrorValue}");
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException or ArgumentException)
        {
            // The last two: half a surrogate pair, in the text itself or escaped in a string of it.
            throw new BadInputException($"{place}: expected JSON that describes a network: {mistake.Message}", mistake);
        }
    }

    private static JsonNode Write(Node node)
    {
        var fields = node.Operation.Accept(OperationWriter.Instance);
        fields.Insert(0, "name", node.Name);
        fields["inputs"] = new JsonArray([.. node.Inputs.Select(input => (JsonNode)input)]);
        return fields;
    }

    private static NeuronModel Neurons(JsonFields network)
    {
        var fields = network.Object("neurons");
        var leak = fields.Number("leak");
        if (leak is not (> 0 and <= 1))
        {
            throw fields.Wrong("leak", "a number above 0, at most 1");
        }

        var neurons = new NeuronModel(leak, fields.OneOf("reset", ("hard", Reset.Hard), ("soft", Reset.Soft)));
        fields.RequireNoOther();
        return neurons;
    }

    private static FSharpList<Node> Nodes(string place, JsonFields network)
    {
        var elements = network.Elements("nodes");
        return elements.Length <= MostNodes
            ? ListModule.OfSeq(elements.Select((element, index) => ReadNode($"{place}: nodes[{index}]", element)))
            : throw new BadInputException($"{place}: 'nodes' expected at most {MostNodes} nodes, found {elements.Length}");
    }

    private static Node ReadNode(string place, JsonElement element)
    {
        var unnamed = new JsonFields(place, element);
        var name = unnamed.Text("name");
        // The name goes into messages and is a part of tensors' names.
        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            throw unnamed.Wrong("name", $"at most {LongestName} characters in one line");
        }

        var fields = unnamed.At($"{place} ({name})");
        var node = new Node(name, OperationReader.Read(fields), ListModule.OfArray(fields.Wholes("inputs")));
        fields.RequireNoOther();
        return node;
    }
}
