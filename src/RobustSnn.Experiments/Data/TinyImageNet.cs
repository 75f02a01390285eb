using System.Collections.Immutable;
using System.Text;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>How many images there are: of the official data set, or of an excerpt.</summary>
internal readonly record struct TinyImageNetCounts(int Classes, int TrainImagesPerClass, int TestImagesPerClass);

/// <summary>
/// TinyImageNet in its official layout: <c>wnids.txt</c> names 200 classes by their WordNet numbers, <c>train/&lt;number&gt;/images/</c> has
/// 500 images of each, and <c>val/images/</c> 50, whose classes are in <c>val/val_annotations.txt</c>. The official test images have no
/// published labels, so that the test images here are those of <c>val</c>. Classes are numbered by the ordinal order of their WordNet
/// numbers, as PyTorch's <c>ImageFolder</c> does and other people's checkpoints have it, and not by the order of <c>wnids.txt</c>. Images
/// are ordered by class and then by name. Grey images become three equal planes.
/// </summary>
public static class TinyImageNet
{
    /// <summary>The folder that the official archive unpacks to.</summary>
    public const string FolderName = "tiny-imagenet-200";

    private const string IdsFile = "wnids.txt";
    private const string WordsFile = "words.txt";
    private const string TrainFolder = "train";
    private const string ImagesFolder = "images";
    private const int IdLength = 9;

    private static readonly string TestFolder = Path.Combine("val", ImagesFolder);
    private static readonly string AnnotationsFile = Path.Combine("val", "val_annotations.txt");

    public static Shape ImageShape { get; } = new(3, 64, 64);

    internal static TinyImageNetCounts Official { get; } = new(200, 500, 50);

    /// <summary>The folder with the files: <paramref name="directory"/> itself or its <see cref="FolderName"/>; null where neither has them.</summary>
    public static string? Find(string directory) =>
        new[] { directory, Path.Combine(directory, FolderName) }.FirstOrDefault(folder => File.Exists(Path.Combine(folder, IdsFile)));

    /// <summary>Reads and decodes all images, on all processors.</summary>
    /// <param name="directory">The folder with <c>wnids.txt</c>, or the one that holds <see cref="FolderName"/>.</param>
    /// <param name="skipped">Told what is there and not used.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// A file is missing, unreadable or damaged, classes or annotations are there twice or not at all, or images are missing.
    /// </exception>
    public static (ImageSet Train, ImageSet Test) Read(string directory, SkippedEntries skipped, CancellationToken cancellation = default) =>
        Read(directory, skipped, Official, cancellation);

    /// <inheritdoc cref="Read(string, SkippedEntries, CancellationToken)"/>
    /// <param name="counts">How many images there must be.</param>
    internal static (ImageSet Train, ImageSet Test) Read(
        string directory, SkippedEntries skipped, TinyImageNetCounts counts, CancellationToken cancellation = default)
    {
        UserFile.RequireFolder(directory, $"the folder with TinyImageNet's {IdsFile}");
        var folder = Find(directory) ?? throw new BadInputException(
            $"{directory}: no TinyImageNet. Looked for {IdsFile} there and in its subfolder {FolderName}.");

        var ids = ReadIds(Path.Combine(folder, IdsFile), counts.Classes);
        var train = ListTrain(folder, ids, counts.TrainImagesPerClass, skipped, cancellation);
        var test = ListTest(folder, ids, counts.TestImagesPerClass, skipped, cancellation);
        return (
            Decode("tinyimagenet train", Path.Combine(folder, TrainFolder), train, ids, cancellation),
            Decode("tinyimagenet test", Path.Combine(folder, TestFolder), test, ids, cancellation));
    }

    /// <summary>What each class is in words, in label order, where <c>words.txt</c> is there; else nothing.</summary>
    /// <exception cref="BadInputException"><c>words.txt</c> cannot be read.</exception>
    public static ImmutableArray<string> ReadWords(string directory, IReadOnlyList<string> classNames)
    {
        if (Find(directory) is not { } folder || !File.Exists(Path.Combine(folder, WordsFile)))
        {
            return [];
        }

        var words = Lines(Path.Combine(folder, WordsFile), "TinyImageNet's words for WordNet numbers")
            .Select(line => line.Split('\t', 2))
            .ToLookup(parts => parts[0], parts => parts[^1], StringComparer.Ordinal);
        return [.. classNames.Select(name => words[name].FirstOrDefault("–"))];
    }

    /// <summary>What keeps a folder from being all of TinyImageNet: a list that is missing, or images; null where nothing does.</summary>
    public static string? FindGap(string folder)
    {
        if (new[] { IdsFile, AnnotationsFile }.FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
        {
            return $"{missing} is missing";
        }

        var train = Path.Combine(folder, TrainFolder);
        var images = Directory.Exists(train)
            ? Directory.EnumerateDirectories(train).Sum(of => CountFiles(Path.Combine(of, ImagesFolder)))
            : 0;
        var (trainImages, testImages) = (Official.Classes * Official.TrainImagesPerClass, Official.Classes * Official.TestImagesPerClass);
        return images < trainImages ? $"{TrainFolder} has {images} images instead of {trainImages}"
            : CountFiles(Path.Combine(folder, TestFolder)) is var tests && tests < testImages ? $"{TestFolder} has {tests} images instead of {testImages}"
            : null;

        static int CountFiles(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path).Count() : 0;
    }

    private static ImmutableArray<string> ReadIds(string path, int classes)
    {
        var ids = Lines(path, "TinyImageNet's list of classes");
        foreach (var id in ids)
        {
            // A name of a folder: what is no WordNet number could lead anywhere.
            if (id.Length != IdLength || id[0] != 'n' || !id.Skip(1).All(char.IsAsciiDigit))
            {
                throw new BadInputException($"{path}: expected WordNet numbers such as n01443537, one a line, found \"{id}\". Unpack the archive again.");
            }
        }

        if (ids.GroupBy(id => id).FirstOrDefault(group => group.Count() > 1) is { Key: var twice })
        {
            throw new BadInputException($"{path}: {twice} is there twice. Unpack the archive again.");
        }

        return ids.Length == classes
            ? [.. ids.Order(StringComparer.Ordinal)]
            : throw new BadInputException($"{path}: expected {classes} classes, found {ids.Length}. Unpack the archive again.");
    }

    private static ImmutableArray<(string Path, int Label)> ListTrain(
        string folder, ImmutableArray<string> ids, int perClass, SkippedEntries skipped, CancellationToken cancellation)
    {
        var train = Path.Combine(folder, TrainFolder);
        UserFile.RequireFolder(train, "TinyImageNet's training images, a folder a class");
        var others = UserFile.Names(train, Directory.EnumerateDirectories).Except(ids, StringComparer.Ordinal).ToLookup(SkippedEntries.IsHidden);
        foreach (var hidden in others[true])
        {
            skipped.Add(Path.Combine(train, hidden));
        }

        if (others[false].FirstOrDefault() is { } other)
        {
            throw new BadInputException($"{Path.Combine(train, other)}: no class of {IdsFile}. Remove the folder, or unpack the archive again.");
        }

        var files = ImmutableArray.CreateBuilder<(string, int)>();
        for (var label = 0; label < ids.Length; label++)
        {
            var images = Path.Combine(train, ids[label], ImagesFolder);
            UserFile.RequireFolder(images, $"{perClass} images of the class {ids[label]}");
            var names = ImageFiles.List(images, skipped, cancellation);
            RequireCount(images, names.Length, perClass);
            files.AddRange(names.Select(name => (Path.Combine(images, name), label)));
        }

        return files.ToImmutable();
    }

    private static ImmutableArray<(string Path, int Label)> ListTest(
        string folder, ImmutableArray<string> ids, int perClass, SkippedEntries skipped, CancellationToken cancellation)
    {
        var images = Path.Combine(folder, TestFolder);
        UserFile.RequireFolder(images, "TinyImageNet's validation images");
        var labels = ReadAnnotations(Path.Combine(folder, AnnotationsFile), ids);
        var names = ImageFiles.List(images, skipped, cancellation);
        if (labels.Keys.Except(names, StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            throw new BadInputException($"{Path.Combine(images, missing)}: no such file, and {AnnotationsFile} has its class. Unpack the archive again.");
        }

        if (names.FirstOrDefault(name => !labels.ContainsKey(name)) is { } unknown)
        {
            throw new BadInputException($"{Path.Combine(images, unknown)}: {AnnotationsFile} has no class of it. Remove it, or unpack the archive again.");
        }

        for (var label = 0; label < ids.Length; label++)
        {
            RequireCount($"{images}, class {ids[label]}", labels.Values.Count(value => value == label), perClass);
        }

        return [.. names.Select(name => (Path.Combine(images, name), labels[name])).OrderBy(file => file.Item2)];
    }

    private static Dictionary<string, int> ReadAnnotations(string path, ImmutableArray<string> ids)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in Lines(path, "the classes of TinyImageNet's validation images"))
        {
            // What follows is the box around the object.
            if (line.Split('\t') is not [var name, var id, ..])
            {
                throw new BadInputException($"{path}: expected an image's name and its class with a tab between, found \"{line}\". Unpack the archive again.");
            }

            var label = ids.BinarySearch(id, StringComparer.Ordinal);
            if (label < 0)
            {
                throw new BadInputException($"{path}: {name} is of \"{id}\", which is no class of {IdsFile}. Unpack the archive again.");
            }

            if (!labels.TryAdd(name, label))
            {
                throw new BadInputException($"{path}: {name} is there twice. Unpack the archive again.");
            }
        }

        return labels;
    }

    private static string[] Lines(string path, string expected) =>
        Encoding.UTF8.GetString(UserFile.ReadAllBytes(path, $"{expected}; unpack the archive again"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void RequireCount(string where, int found, int expected)
    {
        if (found != expected)
        {
            throw new BadInputException($"{where}: expected {expected} images, found {found}. Unpack the archive again.");
        }
    }

    private static ImageSet Decode(
        string name, string folder, ImmutableArray<(string Path, int Label)> files, ImmutableArray<string> ids, CancellationToken cancellation) =>
        ImageFiles.Decode(name, folder, files, ids, ImageShape, "all of TinyImageNet have", cancellation);
}
