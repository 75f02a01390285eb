using RobustSnn.Conformance;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>Golden cases from files, safetensors or archives of torch.save: what is in a file says which, not its name.</summary>
internal static class GoldenFiles
{
    private const string SafetensorsExtension = ".safetensors";
    private const string PytorchExtension = ".pth";
    private const string Prefix = "param.";

    // PyTorch's BatchNorm counts batches; nothing that a network computes depends on it.
    private const string BatchCounter = ".num_batches_tracked";

    /// <summary>The files meant by paths: a file is itself, a folder its .safetensors and .pth files, in the order of their names.</summary>
    /// <exception cref="BadInputException">A path is missing, or a folder has no such file.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths) => [.. paths.SelectMany(InPath)];

    /// <summary>
    /// Reads a case. A file without metadata, as torch.save writes them, has the network's parameters only; what must come out stands in
    /// the .safetensors file of the same name beside it.
    /// </summary>
    /// <exception cref="BadInputException">A file is damaged, is no golden case, or the neighbour is missing.</exception>
    public static GoldenCase Read(string path)
    {
        InputPath.RequireFile(path);
        TensorFile file = TensorFile.Read(path);
        if (file.Metadata.Count > 0)
        {
            return Case(path, file.Metadata, file.Tensors);
        }

        string neighbour = Path.ChangeExtension(path, SafetensorsExtension);
        if (neighbour == path || !File.Exists(neighbour))
        {
            throw new BadInputException(
                $"{path}: a file without metadata has parameters only, and is no golden case by itself (architecture, T, …); expected what "
                + $"they must compute in {neighbour}, found no other file there. Put the golden .safetensors file of the same name beside it.");
        }

        TensorFile golden = TensorFile.Read(neighbour);
        IEnumerable<HostTensor> parameters = file.Tensors.Select(tensor => tensor.Renamed(Prefix + tensor.Name));
        return Case(neighbour, golden.Metadata, [.. golden.Tensors.Where(tensor => !IsParameter(tensor)), .. parameters]);
    }

    private static GoldenCase Case(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<HostTensor> tensors)
    {
        try
        {
            return new GoldenCase(
                metadata,
                tensors
                    .Where(tensor => !(IsParameter(tensor) && tensor.Name.EndsWith(BatchCounter, StringComparison.Ordinal)))
                    .ToDictionary(tensor => tensor.Name, tensor => new GoldenTensor(tensor.Dimensions, Values(tensor))));
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{path}: {mistake.Message}", mistake);
        }
    }

    private static float[] Values(HostTensor tensor) => tensor.ElementType.IsFloating()
        ? tensor.ToFloats()
        : Array.ConvertAll(tensor.ToLongs(), value => (float)value);

    private static IEnumerable<string> InPath(string path)
    {
        if (Directory.Exists(path))
        {
            string[] files = [.. Directory.EnumerateFiles(path).Where(IsCandidate).Order(StringComparer.Ordinal)];
            return files.Length > 0
                ? files
                : throw new BadInputException($"{path}: no golden case there: expected {SafetensorsExtension} or {PytorchExtension} files in the folder");
        }

        if (!File.Exists(path))
        {
            throw new BadInputException($"{path}: no such file or folder{NearbyFiles.Hint(path)}");
        }

        InputPath.RequireFile(path);
        return [path];
    }

    private static bool IsCandidate(string path) => HasExtension(path, SafetensorsExtension) || HasExtension(path, PytorchExtension);

    private static bool HasExtension(string path, string extension) =>
        Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsParameter(HostTensor tensor) => tensor.Name.StartsWith(Prefix, StringComparison.Ordinal);
}
