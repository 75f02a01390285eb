using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// CIFAR-10's binary form: <c>data_batch_1.bin</c> … <c>data_batch_5.bin</c> and <c>test_batch.bin</c>, each a row of records of one
/// label byte and 3 × 32 × 32 pixel bytes (red, green, blue planes).
/// </summary>
public static class Cifar10Binary
{
    /// <summary>The folder that the official archive unpacks to.</summary>
    public const string FolderName = "cifar-10-batches-bin";

    private const string Title = "CIFAR-10";
    private const string NamesFile = "batches.meta.txt";
    private const string TestFile = "test_batch.bin";
    internal const int OfficialImagesPerFile = 10_000;

    private static readonly ImmutableArray<string> TrainFiles =
        [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];

    /// <summary>A record is a label and an image.</summary>
    internal static CifarRecords Records { get; } = new(Title, [new("label", 10)]);

    public static Shape ImageShape => CifarRecords.ImageShape;

    /// <summary>The official names, in label order; also the ordinal order of the names.</summary>
    public static ImmutableArray<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>
    /// The folder with the binary files: <paramref name="directory"/> itself or its <see cref="FolderName"/>; null where neither has
    /// any of them.
    /// </summary>
    public static string? Find(string directory) =>
        new[] { directory, Path.Combine(directory, FolderName) }
            .FirstOrDefault(folder => TrainFiles.Append(TestFile).Any(file => File.Exists(Path.Combine(folder, file))));

    /// <summary>Reads training and test images.</summary>
    /// <param name="directory">The folder with the files, or the one that holds <see cref="FolderName"/>.</param>
    /// <param name="imagesPerFile">10,000 in the official files; other numbers are for excerpts.</param>
    /// <exception cref="BadInputException">A file is missing, unreadable, of another size, or has a label above 9.</exception>
    public static (ImageSet Train, ImageSet Test) Read(string directory, int imagesPerFile = OfficialImagesPerFile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imagesPerFile, 1);
        UserFile.RequireFolder(directory, $"the folder with CIFAR-10's {TrainFiles[0]} … {TestFile}");

        var folder = Find(directory) ?? throw new BadInputException(
            $"{directory}: no CIFAR-10 binary files. Looked for {string.Join(", ", TrainFiles)} and {TestFile} there and in its "
            + $"subfolder {FolderName}.");

        ClassNamesFile.RequireSame(Path.Combine(folder, NamesFile), Title, ClassNames);
        return (
            ReadFiles("cifar10 train", folder, TrainFiles, imagesPerFile),
            ReadFiles("cifar10 test", folder, [TestFile], imagesPerFile));
    }

    private static ImageSet ReadFiles(string name, string folder, ImmutableArray<string> files, int imagesPerFile)
    {
        var size = ImageShape.Count;
        var pixels = new byte[checked(files.Length * imagesPerFile * size)];
        var labels = new byte[files.Length * imagesPerFile];
        for (var i = 0; i < files.Length; i++)
        {
            Records.Read(
                Path.Combine(folder, files[i]), "one of CIFAR-10's binary files; download them again",
                pixels.AsMemory(i * imagesPerFile * size, imagesPerFile * size), labels.AsMemory(i * imagesPerFile, imagesPerFile));
        }

        return new ImageSet(
            name, ImageShape, ClassNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels), [.. labels.Select(label => (int)label)]);
    }

    /// <summary>What keeps a folder from being all of CIFAR-10: the first file that is missing or of another size; null where nothing does.</summary>
    public static string? FindGap(string folder, int imagesPerFile = OfficialImagesPerFile) =>
        TrainFiles.Append(TestFile)
            .Select(name => FileGap.Find(folder, name, (long)imagesPerFile * Records.Size))
            .FirstOrDefault(gap => gap is not null);
}
