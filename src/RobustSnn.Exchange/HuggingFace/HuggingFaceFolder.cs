using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Exchange.CompressedTensors;
using RobustSnn.Exchange.Folders;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Exchange.HuggingFace;

/// <summary>
/// A network as the folder that Hugging Face's hub shows and its tools read: config.json (<see cref="ConfigJson"/>), model.safetensors under the
/// names of the reference's state_dict, and README.md (<see cref="ModelCard"/>).
/// </summary>
public static class HuggingFaceFolder
{
    /// <summary>What says that a folder is one.</summary>
    public const string ConfigName = "config.json";

    private const string WeightsName = "model.safetensors";
    private const string CardName = "README.md";

    // What the tools of the hub ask of a file's metadata: for whose tensors it was written.
    private static readonly Dictionary<string, string> TensorMetadata = new() { ["format"] = "pt" };

    /// <summary>Whether a path is a folder with a config.json.</summary>
    public static bool Is(string path) => Directory.Exists(path) && File.Exists(Path.Combine(path, ConfigName));

    /// <summary>Writes the folder, reads it back and compares every bit before it takes its name.</summary>
    /// <param name="path">A folder that is not there yet, or is empty.</param>
    /// <param name="checkpoint">A checkpoint in floats.</param>
    /// <param name="storage">How weights of pruned layers are written.</param>
    /// <param name="backend">Where the network is built to be looked at.</param>
    /// <returns>How many bits of the parameters were compared, all equal.</returns>
    /// <exception cref="BadInputException">
    /// The checkpoint cannot be read, the folder has files, it cannot be written, or it would not give the same checkpoint back.
    /// </exception>
    public static long Write(string path, string checkpoint, WeightStorage storage, IBackend backend)
    {
        NewFolder.RequireNew(path);
        TensorFile file = TensorFile.Read(checkpoint);
        LoadedModel loaded = ModelFile.Load(file, backend);
        using (loaded.Model)
        {
            if (storage == WeightStorage.Dense)
            {
                RequireNoZero(checkpoint, loaded.Model);
            }

            IReadOnlyList<HostTensor> tensors = [.. loaded.Model.Parameters.All.SelectMany(parameter => Stored(parameter, storage))];
            string config = ConfigJson.Write(loaded, file.Metadata, storage);
            string card = ModelCard.Write(loaded, checkpoint);
            IReadOnlyList<HostTensor> expected = ModelFile.Tensors(loaded.Model);
            NewFolder.Write(path, folder =>
            {
                Safetensors.Write(Path.Combine(folder, WeightsName), tensors, TensorMetadata);
                AtomicFile.WriteText(Path.Combine(folder, ConfigName), config);
                AtomicFile.WriteText(Path.Combine(folder, CardName), card);
                RequireSame(path, expected, file.Metadata, folder, backend);
            });
            return expected.Sum(tensor => 8L * tensor.Bytes.Length);
        }
    }

    /// <summary>Reads a folder back.</summary>
    /// <exception cref="BadInputException">A file is missing, damaged, no checkpoint, or config.json says something else than the network.</exception>
    public static FolderCheckpoint Read(string path, IBackend backend)
    {
        string configPath = Path.Combine(path, ConfigName);
        string config = InputFile.Text(configPath);
        FolderConfig said = ConfigJson.Read(configPath, config);
        TensorFile stored = Safetensors.Read(Path.Combine(path, WeightsName));
        var file = new TensorFile(stored.FilePath, Restored(stored, said), said.Checkpoint);
        LoadedModel loaded = ModelFile.Load(file, backend);
        try
        {
            ConfigJson.RequireAgreement(configPath, config, ConfigJson.Write(loaded, said.Checkpoint, said.Storage));
            return new FolderCheckpoint(loaded, file);
        }
        catch
        {
            loaded.Model.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<HostTensor> Stored(ParameterTensor parameter, WeightStorage storage) => parameter.Pattern is { } pattern && storage == WeightStorage.SparseBitmask
        ? BitmaskTensor.Parts(new SparseTensor(parameter.Name, [.. parameter.Specification.Dimensions], pattern, parameter.Value.ToArray()))
        : [HostTensor.FromFloats(parameter.Name, [.. parameter.Specification.Dimensions], parameter.ToDense())];

    /// <summary>The tensors as a checkpoint has them: pruned weights by values and indices, in the order of the file.</summary>
    private static List<HostTensor> Restored(TensorFile stored, FolderConfig said)
    {
        Dictionary<string, SparseTensor> pruned = said.Pruned.ToDictionary(name => name, name => Pruned(stored, said, name), StringComparer.Ordinal);
        HashSet<string> parts = said.Storage == WeightStorage.Dense ? [] : [.. said.Pruned.SelectMany(BitmaskTensor.Names)];
        var restored = new List<HostTensor>();
        foreach (HostTensor tensor in stored.Tensors)
        {
            if (pruned.TryGetValue(tensor.Name, out SparseTensor? dense))
            {
                restored.AddRange(dense.Parts);
            }
            else if (!parts.Contains(tensor.Name))
            {
                restored.Add(tensor);
            }
            else if (tensor.Name.EndsWith(BitmaskTensor.CompressedSuffix, StringComparison.Ordinal))
            {
                restored.AddRange(pruned[tensor.Name[..^BitmaskTensor.CompressedSuffix.Length] + ".weight"].Parts);
            }
        }

        return restored;
    }

    private static SparseTensor Pruned(TensorFile stored, FolderConfig said, string name)
    {
        if (said.Storage == WeightStorage.SparseBitmask)
        {
            return BitmaskTensor.Find(stored, name) is not { } found
                ? throw new BadInputException($"{stored.FilePath}: config.json lists '{name}' as pruned, of which the file has no part")
                : stored.TryGet(name, out _)
                ? throw new BadInputException($"{stored.FilePath}: tensor '{name}' is there twice, dense and sparse; remove one")
                : found;
        }

        HostTensor dense = stored[name];
        float[] values = dense.ToFloats();
        var pattern = SparsityPattern.OfMask(values);
        return new SparseTensor(name, dense.Dimensions, pattern, pattern.Compact(values));
    }

    /// <summary>Where zeros stand for what was pruned, a weight that exists and is 0 would be lost.</summary>
    private static void RequireNoZero(string checkpoint, SpikingModel model)
    {
        foreach (ParameterTensor parameter in model.Parameters.All.Where(parameter => parameter.Pattern is not null))
        {
            int zeros = parameter.Value.ToArray().Count(value => value == 0);
            if (zeros > 0)
            {
                throw new BadInputException(
                    $"{checkpoint}: {zeros} weights of '{parameter.Name}' exist and are 0, which dense tensors cannot tell from pruned ones. "
                    + "Export with --to compressed-tensors, which can");
            }
        }
    }

    private static void RequireSame(
        string path, IReadOnlyList<HostTensor> expected, IReadOnlyDictionary<string, string> metadata, string folder, IBackend backend)
    {
        FolderCheckpoint back = Read(folder, backend);
        back.Loaded.Model.Dispose();
        IReadOnlyList<HostTensor> found = back.File.Tensors;
        bool isSame = expected.Count == found.Count
            && expected.Zip(found).All(pair => pair.First.ToString() == pair.Second.ToString() && pair.First.Bytes.Span.SequenceEqual(pair.Second.Bytes.Span))
            && metadata.Count == back.File.Metadata.Count && metadata.All(pair => back.File.Metadata.GetValueOrDefault(pair.Key) == pair.Value);
        if (!isSame)
        {
            throw new InvalidOperationException($"{path}: what was written does not give the same checkpoint back: nothing was left there");
        }
    }
}
