using System.Diagnostics.CodeAnalysis;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>What was read from a file of tensors: the tensors in the file's order, by name, and the file's metadata.</summary>
public sealed class TensorFile
{
    private readonly Dictionary<string, HostTensor> byName;

    internal TensorFile(
        string path, IReadOnlyList<HostTensor> tensors, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<string>? leftOut = null)
    {
        FilePath = path;
        Tensors = tensors;
        Metadata = metadata;
        LeftOut = leftOut ?? [];
        byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>Reads a safetensors file or an archive of torch.save. Its first bytes say which it is; what it is called does not matter.</summary>
    /// <exception cref="BadInputException">The file is missing, damaged or neither of the two.</exception>
    public static TensorFile Read(string path) => PytorchArchive.IsIts(path) ? PytorchArchive.Read(path) : Safetensors.Read(path);

    /// <summary>The file that was read, for messages.</summary>
    public string FilePath { get; }

    /// <summary>The tensors in the file's order. No two have the same name.</summary>
    public IReadOnlyList<HostTensor> Tensors { get; }

    /// <summary>Free text by key; empty where the format has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// What stands beside the tensors in the file and is not read, by its keys: an epoch, an optimiser's state. With the class of what only
    /// Python could make.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="BadInputException">There is none; the message names the nearest.</exception>
    public HostTensor this[string name] =>
        byName.TryGetValue(name, out HostTensor? tensor)
            ? tensor
            : throw new BadInputException(
                $"{FilePath}: tensor '{name}' is not among the file's {Tensors.Count} tensors{NearestName.Hint(name, byName.Keys)}");

    /// <summary>The same file with other tensors; no two may have the same name.</summary>
    internal TensorFile With(IReadOnlyList<HostTensor> tensors) => new(FilePath, tensors, Metadata, LeftOut);

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out HostTensor? tensor) => byName.TryGetValue(name, out tensor);
}
