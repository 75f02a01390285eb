using System.Globalization;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a checkpoint says about its network beside the parameters.</summary>
/// <param name="DataSet">Name of the data set that it was trained on.</param>
/// <param name="Timesteps">T that it is meant to run with; 0 for an ANN.</param>
/// <param name="Stage">The stage that made it.</param>
/// <param name="ClassNames">What its classes are called, in the order of its logits; null where the file does not say.</param>
public sealed record ModelInfo(string DataSet, int Timesteps, string Stage, IReadOnlyList<string>? ClassNames = null);

/// <summary>A checkpoint in memory. The model is the caller's to dispose.</summary>
public sealed record LoadedModel(SpikingModel Model, ModelInfo Info);

/// <summary>
/// A network with its parameters as a safetensors file: tensors under the reference's names, and metadata from which the network itself
/// is built again. A pruned parameter is a <see cref="SparseTensor"/>. An exported file has all of them dense; where such a file is marked
/// as pruned, the zeros among prunable weights are what was pruned (METHODS 6, step 1).
/// </summary>
public static class ModelFile
{
    /// <summary>Writes the model as a checkpoint.</summary>
    /// <exception cref="BadInputException">The file cannot be written, or a parameter is no number (<see cref="ParameterCheck"/>).</exception>
    public static void Save(string path, SpikingModel model, ModelInfo info)
    {
        RequireGood(path, model);
        Safetensors.Write(path, Tensors(model), Metadata(model, info));
    }

    /// <summary>Writes the model with every tensor dense, as PyTorch's state_dict has them.</summary>
    /// <exception cref="BadInputException">The file cannot be written, or a parameter is no number (<see cref="ParameterCheck"/>).</exception>
    public static void Export(string path, SpikingModel model, ModelInfo info)
    {
        RequireGood(path, model);
        Safetensors.Write(path, [.. model.Parameters.All.Select(parameter => Dense(parameter, parameter.ToDense()))], Metadata(model, info));
    }

    /// <summary>The parameters, as a checkpoint's tensors.</summary>
    public static IReadOnlyList<HostTensor> Tensors(SpikingModel model) => [.. model.Parameters.All.SelectMany(TensorsOf)];

    /// <summary>What a checkpoint holds of a parameter: one tensor, or those of a sparse one.</summary>
    internal static IReadOnlyList<HostTensor> TensorsOf(ParameterTensor parameter) => parameter.Pattern is { } pattern
        ? new SparseTensor(parameter.Name, [.. parameter.Specification.Dimensions], pattern, parameter.Value.ToArray()).Parts
        : [Dense(parameter, parameter.Value.ToArray())];

    /// <summary>What a checkpoint of the model says beside its tensors.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(SpikingModel model, ModelInfo info) =>
        Metadata(model.Network, info, CheckpointMetadata.Format, model.Parameters.All.Any(parameter => parameter.Pattern is not null));

    /// <summary>What a file of a network in any format says beside its tensors.</summary>
    internal static IReadOnlyDictionary<string, string> Metadata(Network network, ModelInfo info, string format, bool isPruned)
    {
        var normalise = (Operation.Normalise)network.Nodes.Head.Operation;
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = format,
            ["architecture"] = network.Architecture,
            [CheckpointNetwork.Key] = NetworkJson.Write(network),
            ["classes"] = Text(network.Classes),
            ["input"] = $"{network.Input.Channels}x{network.Input.Rows}x{network.Input.Columns}",
            ["mean"] = Text(normalise.mean),
            ["deviation"] = Text(normalise.deviation),
            ["spiking"] = Graph.neurons(network).IsEmpty ? "false" : "true",
            ["leak"] = network.Neurons.Leak.ToString("R", CultureInfo.InvariantCulture),
            ["reset"] = network.Neurons.Reset.IsSoft ? "soft" : "hard",
            ["pruned"] = isPruned ? "true" : "false",
            ["timesteps"] = Text(info.Timesteps),
            ["data_set"] = info.DataSet,
            ["stage"] = info.Stage,
        };
        if (info.ClassNames is { } names)
        {
            metadata[CheckpointMetadata.ClassNamesKey] = JsonSerializer.Serialize(names);
        }

        return metadata;
    }

    /// <summary>Whether a file of tensors says that this program wrote it.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static bool IsCheckpoint(string path) => CheckpointMetadata.AreOwn(TensorFile.Read(path).Metadata);

    /// <summary>Builds the network of a checkpoint on a backend.</summary>
    /// <exception cref="BadInputException">
    /// The file is not a checkpoint of this program, or its tensors are not those of the network that it describes.
    /// </exception>
    public static LoadedModel Load(string path, IBackend backend) => Load(TensorFile.Read(path), backend);

    /// <summary>Builds the network of a checkpoint whose tensors have been read.</summary>
    /// <inheritdoc cref="Load(string, IBackend)"/>
    public static LoadedModel Load(TensorFile file, IBackend backend)
    {
        var metadata = new CheckpointMetadata(file.FilePath, file.Metadata);
        var network = CheckpointNetwork.Read(metadata);
        var info = new ModelInfo(
            metadata.Text("data_set"), metadata.Timesteps(), metadata.Text("stage"), metadata.ClassNames(network.Classes));
        RequireTensors(file, network);
        var model = new SpikingModel(network, backend);
        try
        {
            Upload(file, model);
            if (metadata.Flag("pruned") && model.Parameters.All.All(parameter => parameter.Pattern is null))
            {
                PruneZeros(model);
            }

            return new LoadedModel(model, info);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sets the parameters, and which of their weights exist, from tensors of the same names, dense or sparse; every parameter must be
    /// there, and nothing else but what PyTorch's wrappers add (<see cref="TensorNames"/>).
    /// </summary>
    /// <exception cref="BadInputException">
    /// A tensor is missing, unknown, has another shape, is damaged, or has a value that no parameter may have (<see cref="ParameterCheck"/>).
    /// </exception>
    public static void Upload(TensorFile file, SpikingModel model)
    {
        file = OwnNames(file, model.Network);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in model.Parameters.All)
        {
            if (SparseTensor.Find(file, parameter.Name) is { } sparse)
            {
                UploadSparse(file, model, parameter, sparse);
                known.UnionWith(sparse.Parts.Select(part => part.Name));
            }
            else
            {
                UploadDense(file, model, parameter);
                known.Add(parameter.Name);
            }
        }

        if (file.Tensors.FirstOrDefault(tensor => !known.Contains(tensor.Name) && !TensorNames.IsCounter(tensor.Name)) is { } stranger)
        {
            throw new BadInputException($"{file.FilePath}: the network {model.Network.Architecture} has no parameter '{stranger.Name}'");
        }
    }

    // Before there is a model: a description may ask for more memory than its file has bytes, and shall not get it.
    private static void RequireTensors(TensorFile file, Network network)
    {
        file = OwnNames(file, network);
        foreach (var parameter in RobustSnn.Model.Parameters.ofNetwork(network))
        {
            CheckShape(file, parameter,
                SparseTensor.Find(file, parameter.Name)?.Dimensions ?? DenseTensor(file, network, parameter.Name).Dimensions);
        }
    }

    // A network may have names that look like a wrapper's: where they are all there, nothing is taken out of them.
    private static TensorFile OwnNames(TensorFile file, Network network)
    {
        var names = RobustSnn.Model.Parameters.ofNetwork(network).Select(parameter => parameter.Name);
        return names.All(name => file.TryGet(name, out _) || file.TryGet(name + SparseTensor.ValuesSuffix, out _))
            ? file
            : TensorNames.Normalise(file);
    }

    private static HostTensor DenseTensor(TensorFile file, Network network, string name) => file.TryGet(name, out var tensor)
        ? tensor
        : throw new BadInputException($"{file.FilePath}: the network {network.Architecture} needs the tensor '{name}', which is not there");

    private static void UploadDense(TensorFile file, SpikingModel model, ParameterTensor parameter)
    {
        var tensor = DenseTensor(file, model.Network, parameter.Name);
        CheckShape(file, parameter.Specification, tensor.Dimensions);
        var values = tensor.ToFloats();
        CheckValues(file, parameter, values, null);
        if (parameter.Pattern is not null)
        {
            model.Parameters.Prune(parameter.Name, null);
        }

        parameter.Value.Upload(values);
    }

    private static void UploadSparse(TensorFile file, SpikingModel model, ParameterTensor parameter, SparseTensor sparse)
    {
        CheckShape(file, parameter.Specification, sparse.Dimensions);
        if (!parameter.Specification.Prunable)
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{parameter.Name}' expected dense, found sparse: only weights of convolutions and linear layers are pruned");
        }

        CheckValues(file, parameter, sparse.Values, sparse.Pattern);
        model.Parameters.Prune(parameter.Name, sparse.Pattern);
        parameter.Value.Upload(sparse.Values);
    }

    private static void CheckShape(TensorFile file, Parameter parameter, IReadOnlyList<int> found)
    {
        if (!found.SequenceEqual(parameter.Dimensions))
        {
            throw new BadInputException(
                $"{file.FilePath}: tensor '{parameter.Name}' expected [{string.Join(", ", parameter.Dimensions)}], "
                + $"found [{string.Join(", ", found)}]");
        }
    }

    private static void CheckValues(TensorFile file, ParameterTensor parameter, float[] values, SparsityPattern? pattern)
    {
        if (ParameterCheck.FirstBad(parameter.Specification, values, pattern) is { } found)
        {
            throw new BadInputException($"{file.FilePath}: {found}. The file is damaged, or its training has diverged; use another checkpoint");
        }
    }

    private static void RequireGood(string path, SpikingModel model)
    {
        if (ParameterCheck.FirstBad(model.Parameters) is { } found)
        {
            throw new BadInputException($"{path}: not written, because of {found}. Training has diverged; begin it again with a lower learning rate");
        }
    }

    private static HostTensor Dense(ParameterTensor parameter, float[] values) =>
        HostTensor.FromFloats(parameter.Name, [.. parameter.Specification.Dimensions], values);

    private static void PruneZeros(SpikingModel model)
    {
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            model.Parameters.Prune(parameter.Name, SparsityPattern.OfMask(parameter.Value.ToArray()));
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(FSharpList<double> values) =>
        string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
