using System.Globalization;
using System.Text.Json;
using ProtoBuf;
using RobustSnn.Engine;
using RobustSnn.Exchange.Onnx.Messages;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Exchange.Onnx;

/// <summary>
/// A network as an ONNX file. Its input "pixels" is (N, channels, rows, columns) in [0, 1], normalised inside; its output "logits" is (N, classes).
/// An ANN is written as it is; a spiking network with all of its timesteps one after the other, what is the same at each of them once.
/// </summary>
public static class OnnxFile
{
    /// <summary>Of the standard operators: the newest that runtimes of 2022 read, and all that is used here.</summary>
    public const int OperatorSet = 17;

    /// <summary>The name of the images.</summary>
    public const string Input = "pixels";

    /// <summary>The name of the class scores: their mean over the timesteps.</summary>
    public const string Output = "logits";

    // Of the same release as the operators.
    private const int IrVersion = 8;

    private const string EveryStep = "all";

    /// <summary>Writes the network at the T that it is meant for; at 0, neurons are ReLUs.</summary>
    /// <returns>How many operators the graph has.</returns>
    /// <exception cref="BadInputException">The file would be larger than a protobuf message may be, or cannot be written.</exception>
    public static int Write(string path, LoadedModel loaded)
    {
        ModelMessage message = Message(loaded.Model, loaded.Info);
        using MeasureState<ModelMessage> measured = Serializer.Measure(message);
        if (measured.Length > int.MaxValue)
        {
            throw new BadInputException(
                $"{path}: the network takes {measured.Length} bytes, of which a protobuf message may have {int.MaxValue}; export a smaller network, or one with fewer timesteps");
        }

        AtomicFile.Write(path, stream => Serializer.Serialize(stream, message));
        return message.Graph.Nodes.Count;
    }

    private static ModelMessage Message(SpikingModel model, ModelInfo info)
    {
        Network network = model.Network;
        var draft = new GraphDraft();
        draft.Graph.Name = network.Architecture;
        draft.Graph.Inputs.Add(Value(Input, network.Input.Channels, network.Input.Rows, network.Input.Columns));
        draft.Graph.Outputs.Add(Value(Output, network.Classes));
        string[] scores = [.. Steps(draft, model, info.Timesteps).Distinct()];
        string total = scores.Length == 1 ? scores[0] : draft.Add("logits/sum", "Sum", scores);
        draft.Add(Output, "Flatten", [scores.Length == 1 ? total : draft.Add("logits/mean", "Mul", [total, draft.Constant("/share", [1f / scores.Length])])]);
        var message = new ModelMessage { IrVersion = IrVersion, ProducerName = "rsnn", ProducerVersion = RunResults.ProgramVersion, Graph = draft.Graph };
        message.OperatorSets.Add(new OperatorSetMessage { Version = OperatorSet });
        Describe(message, network, info);
        return message;
    }

    /// <summary>The scores of each timestep; one where they are always the same.</summary>
    private static IEnumerable<string> Steps(GraphDraft draft, SpikingModel model, int timesteps)
    {
        Node[] nodes = [.. model.Network.Nodes];
        bool[] isStatic = timesteps == 0 ? [.. nodes.Select(_ => true)] : [.. Graph.isStatic(model.Network)];
        Dictionary<int, string>? membranes = timesteps == 0 ? null : [];
        var values = new string[nodes.Length];
        for (int step = 0; step < Math.Max(timesteps, 1); step++)
        {
            for (int node = 0; node < nodes.Length; node++)
            {
                if (step == 0 || !isStatic[node])
                {
                    string[] inputs = node == 0 ? [Input] : [.. nodes[node].Inputs.Select(input => values[input])];
                    string name = isStatic[node] ? EveryStep : step.ToString(CultureInfo.InvariantCulture);
                    values[node] = nodes[node].Operation.Accept(new OperationWriter(draft, model, node, inputs, name, membranes));
                }
            }

            yield return values[^1];
        }
    }

    private static void Describe(ModelMessage message, Network network, ModelInfo info)
    {
        (string Key, string Value)[] entries =
        [
            ("architecture", network.Architecture), ("data_set", info.DataSet), ("stage", info.Stage),
            ("timesteps", info.Timesteps.ToString(CultureInfo.InvariantCulture)),
            ("leak", network.Neurons.Leak.ToString("R", CultureInfo.InvariantCulture)), ("reset", network.Neurons.Reset.IsSoft ? "soft" : "hard"),
            .. info.ClassNames is { } names ? [("class_names", JsonSerializer.Serialize(names))] : Array.Empty<(string, string)>(),
        ];
        message.Metadata.AddRange(entries.Select(entry => new EntryMessage { Key = entry.Key, Value = entry.Value }));
    }

    private static ValueMessage Value(string name, params int[] sizes)
    {
        var value = new ValueMessage { Name = name };
        value.Type.Tensor.Shape.Dimensions.Add(new DimensionMessage { Symbol = "N" });
        value.Type.Tensor.Shape.Dimensions.AddRange(sizes.Select(size => new DimensionMessage { Size = size }));
        return value;
    }
}
