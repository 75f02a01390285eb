using System.Globalization;
using Microsoft.FSharp.Collections;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a checkpoint says about its network beside the parameters.</summary>
/// <param name="DataSet">Name of the data set that it was trained on.</param>
/// <param name="Timesteps">T that it is meant to run with; 0 for an ANN.</param>
/// <param name="Stage">The stage that made it.</param>
public sealed record ModelInfo(string DataSet, int Timesteps, string Stage);

/// <summary>A checkpoint in memory. The model is the caller's to dispose.</summary>
public sealed record LoadedModel(SpikingModel Model, ModelInfo Info);

/// <summary>
/// A network with its parameters as a safetensors file: tensors under the reference's names, and metadata from which the network itself
/// is built again. Pruned weights are the zeros of a file marked as pruned (METHODS 6, step 1).
/// </summary>
public static class ModelFile
{
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Save(string path, SpikingModel model, ModelInfo info) => Safetensors.Write(path, Tensors(model), Metadata(model, info));

    /// <summary>The parameters, as a file's tensors.</summary>
    public static IReadOnlyList<HostTensor> Tensors(SpikingModel model) =>
        [.. model.Parameters.All.Select(parameter =>
            HostTensor.FromFloats(parameter.Name, [.. parameter.Specification.Dimensions], parameter.Value.ToArray()))];

    /// <summary>What a checkpoint of the model says beside its tensors.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(SpikingModel model, ModelInfo info)
    {
        var network = model.Network;
        var normalise = (Operation.Normalise)network.Nodes.Head.Operation;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "rsnn-model-1",
            ["architecture"] = network.Architecture,
            ["classes"] = Text(network.Classes),
            ["input"] = $"{network.Input.Channels}x{network.Input.Rows}x{network.Input.Columns}",
            ["mean"] = Text(normalise.mean),
            ["deviation"] = Text(normalise.deviation),
            ["spiking"] = Graph.neurons(network).IsEmpty ? "false" : "true",
            ["leak"] = network.Neurons.Leak.ToString("R", CultureInfo.InvariantCulture),
            ["reset"] = network.Neurons.Reset.IsSoft ? "soft" : "hard",
            ["pruned"] = model.Parameters.All.Any(parameter => parameter.Mask is not null) ? "true" : "false",
            ["timesteps"] = Text(info.Timesteps),
            ["data_set"] = info.DataSet,
            ["stage"] = info.Stage,
        };
    }

    /// <summary>Builds the network of a checkpoint on a backend.</summary>
    /// <exception cref="BadInputException">
    /// The file is not a checkpoint of this program, or its tensors are not those of the network that it names.
    /// </exception>
    public static LoadedModel Load(string path, IBackend backend)
    {
        var file = Safetensors.Read(path);
        var metadata = new CheckpointMetadata(path, file.Metadata);
        var ann = Architectures.build(metadata.Text("architecture"), metadata.Whole("classes"), metadata.Shape("input"),
            metadata.Numbers("mean"), metadata.Numbers("deviation"));
        var neurons = new NeuronModel(metadata.Number("leak"), metadata.Text("reset") == "soft" ? Reset.Soft : Reset.Hard);
        var model = new SpikingModel(metadata.Flag("spiking") ? Conversion.toSpiking(neurons, ann) : ann, backend);
        try
        {
            Upload(file, model);
            if (metadata.Flag("pruned"))
            {
                MaskZeros(model);
            }

            return new LoadedModel(model, new ModelInfo(metadata.Text("data_set"), metadata.Whole("timesteps"), metadata.Text("stage")));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Sets the parameters from tensors of the same names; every parameter must be there, and nothing else.</summary>
    /// <exception cref="BadInputException">A tensor is missing, unknown, or has another shape.</exception>
    public static void Upload(TensorFile file, SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All)
        {
            if (!file.TryGet(parameter.Name, out var tensor))
            {
                throw new BadInputException(
                    $"{file.FilePath}: the network {model.Network.Architecture} needs the tensor '{parameter.Name}', which is not there");
            }

            if (!tensor.Dimensions.SequenceEqual(parameter.Specification.Dimensions))
            {
                throw new BadInputException(
                    $"{file.FilePath}: tensor '{parameter.Name}' expected [{string.Join(", ", parameter.Specification.Dimensions)}], "
                    + $"found [{string.Join(", ", tensor.Dimensions)}]");
            }

            parameter.Value.Upload(tensor.ToFloats());
        }

        if (file.Tensors.FirstOrDefault(tensor => !model.Parameters.Contains(tensor.Name)) is { } stranger)
        {
            throw new BadInputException($"{file.FilePath}: the network {model.Network.Architecture} has no parameter '{stranger.Name}'");
        }

        model.Parameters.Changed();
    }

    private static void MaskZeros(SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            model.Parameters.SetMask(parameter.Name, Array.ConvertAll(parameter.Value.ToArray(), value => value == 0 ? 0f : 1f));
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(FSharpList<double> values) =>
        string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
