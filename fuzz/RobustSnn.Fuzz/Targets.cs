using System.Text;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;

namespace RobustSnn.Fuzz;

/// <summary>Every reader of bytes that somebody else may have written, by name: it reads a file, or refuses it with a BadInputException.</summary>
public static class Targets
{
    private static readonly string Scratch = NewFolder();

    private static readonly string[] Classes = ["n01443537", "n02124075"];

    /// <summary>A grey JPEG of 64 × 64 pixels.</summary>
    private static readonly byte[] Square = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/"
        + "wAALCABAAEABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AJgAAAAAAAAAAAAAAAAAAAAD/9k=");

    /// <summary>What extra images are added to.</summary>
    private static readonly DataSet Extended = new("cifar10", OneImage(), OneImage(), PixelStatistics.Cifar10);

    /// <summary>Each takes the whole input.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new SortedDictionary<string, Action<byte[]>>(StringComparer.Ordinal)
    {
        ["checkpoint"] = bytes => Load(Write(bytes, "input.safetensors")),
        ["cifar10"] = ReadCifar10,
        ["cifar100"] = ReadCifar100,
        ["experiment"] = bytes => SettingsReader.Read(Encoding.UTF8.GetString(bytes), "input.yaml"),
        ["extra"] = bytes => ExtraImages.Read(Write(bytes, "extra.bin"), Extended, [], new SkippedEntries()),
        ["import"] = Import,
        ["jpeg"] = bytes => ReadImages(bytes, "1.jpg"),
        ["ledger"] = bytes => LedgerFile.Read(Write(bytes, "ledger.jsonl")),
        ["network"] = bytes => NetworkJson.Read("input", "network", Encoding.UTF8.GetString(bytes)),
        ["png"] = bytes => ReadImages(bytes, "1.png"),
        ["pytorch"] = bytes => PytorchArchive.Read(Write(bytes, "input.pth")),
        ["quantised"] = bytes => QuantisedFile.Load(Write(bytes, "input.safetensors")),
        ["results"] = bytes => RunResults.Read(Write(bytes, "results.json")),
        ["safetensors"] = bytes => Safetensors.Read(Write(bytes, "input.safetensors")),
        ["svhn"] = ReadSvhn,
        ["sweep"] = bytes => SweepReader.Read(Encoding.UTF8.GetString(bytes), "input.yaml"),
        ["targz"] = bytes => Unpack(bytes, ArchiveKind.TarGz),
        ["tinyimagenet"] = ReadTinyImageNet,
        ["zip"] = bytes => Unpack(bytes, ArchiveKind.Zip),
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

    private static void ReadCifar100(byte[] bytes)
    {
        Write(bytes, "cifar100/train.bin");
        Write(bytes, "cifar100/test.bin");
        var images = Math.Max(1, bytes.Length / (2 + Cifar100Binary.ImageShape.Count));
        Cifar100Binary.Read(Path.Combine(Scratch, "cifar100"), images, images);
    }

    /// <summary>The same file as both parts, of two images each.</summary>
    private static void ReadSvhn(byte[] bytes)
    {
        Write(bytes, "svhn/train_32x32.mat");
        Write(bytes, "svhn/test_32x32.mat");
        Svhn.Read(Path.Combine(Scratch, "svhn"), 2, 2);
    }

    /// <summary>The lists of classes, of annotations and of words, with a zero byte between; there are images of two classes.</summary>
    private static void ReadTinyImageNet(byte[] bytes)
    {
        var parts = Encoding.Latin1.GetString(bytes).Split('\0', 3);
        var folder = Path.Combine(Scratch, "tinyimagenet");
        foreach (var (part, name) in parts.Zip(["wnids.txt", "val/val_annotations.txt", "words.txt"]))
        {
            Write(Encoding.Latin1.GetBytes(part), Path.Combine(folder, name));
        }

        for (var i = 0; i < Classes.Length; i++)
        {
            Write(Square, Path.Combine(folder, "train", Classes[i], "images", "0.JPEG"));
            Write(Square, Path.Combine(folder, "val", "images", $"val_{i}.JPEG"));
        }

        var (train, _) = TinyImageNet.Read(folder, new SkippedEntries(), new TinyImageNetCounts(Classes.Length, 1, 1));
        TinyImageNet.ReadWords(folder, train.ClassNames);
    }

    private static void Unpack(byte[] bytes, ArchiveKind kind)
    {
        var target = Path.Combine(Scratch, "unpacked");
        Directory.CreateDirectory(target);
        try
        {
            new ArchiveReader(Write(bytes, "archive"), target, new(1 << 20, 100)).Unpack(kind, CancellationToken.None).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static void ReadImages(byte[] bytes, string name)
    {
        foreach (var part in new[] { "train", "test" })
        {
            Write(bytes, Path.Combine(name, part, "a", name));
        }

        ClassFolders.Read(Path.Combine(Scratch, name), name, new SkippedEntries());
    }

    private static ImageSet OneImage() =>
        new("cifar10", Cifar10Binary.ImageShape, Cifar10Binary.ClassNames, [.. new byte[Cifar10Binary.ImageShape.Count]], [0]);

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
