using System.Text;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Fuzz;

/// <summary>Every reader of bytes that somebody else may have written, by name: it reads a file, or refuses it with a BadInputException.</summary>
public static class Targets
{
    private static readonly string Scratch = NewFolder();

    /// <summary>Each takes the whole input.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new SortedDictionary<string, Action<byte[]>>(StringComparer.Ordinal)
    {
        ["checkpoint"] = bytes => Load(Write(bytes, "input.safetensors")),
        ["cifar10"] = ReadCifar10,
        ["experiment"] = bytes => SettingsReader.Read(Encoding.UTF8.GetString(bytes), "input.yaml"),
        ["import"] = Import,
        ["jpeg"] = bytes => ReadImages(bytes, "1.jpg"),
        ["network"] = bytes => NetworkJson.Read("input", "network", Encoding.UTF8.GetString(bytes)),
        ["png"] = bytes => ReadImages(bytes, "1.png"),
        ["pytorch"] = bytes => PytorchArchive.Read(Write(bytes, "input.pth")),
        ["results"] = bytes => RunResults.Read(Write(bytes, "results.json")),
        ["safetensors"] = bytes => Safetensors.Read(Write(bytes, "input.safetensors")),
    };

    /// <summary>In alphabetical order.</summary>
    public static IEnumerable<string> Names => All.Keys;

    private static void Load(string path)
    {
        using var backend = Backends.Open("reference");
        using var model = ModelFile.Load(path, backend).Model;
    }

    /// <summary>With and without what only the user can say.</summary>
    private static void Import(byte[] bytes)
    {
        var path = Write(bytes, "input.pth");
        using var backend = Backends.Open("reference");
        try
        {
            using var model = NetworkImport.Read(path, backend, new ImportOptions(Normalisation: PixelStatistics.None)).Model;
        }
        catch (BadInputException)
        {
            using var model = NetworkImport.Read(path, backend, new ImportOptions(Keep: 0.5)).Model;
        }
    }

    /// <summary>The same file in all places, with as many images as its length says.</summary>
    private static void ReadCifar10(byte[] bytes)
    {
        foreach (var name in Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin").Append("test_batch.bin"))
        {
            Write(bytes, Path.Combine("cifar", name));
        }

        Cifar10Binary.Read(Path.Combine(Scratch, "cifar"), Math.Max(1, bytes.Length / (1 + Cifar10Binary.ImageShape.Count)));
    }

    private static void ReadImages(byte[] bytes, string name)
    {
        foreach (var part in new[] { "train", "test" })
        {
            Write(bytes, Path.Combine(name, part, "a", name));
        }

        ClassFolders.Read(Path.Combine(Scratch, name), name, new SkippedEntries());
    }

    private static string NewFolder()
    {
        var path = Directory.CreateTempSubdirectory("rsnn-fuzz-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }

    private static string Write(byte[] bytes, string name)
    {
        var path = Path.Combine(Scratch, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
