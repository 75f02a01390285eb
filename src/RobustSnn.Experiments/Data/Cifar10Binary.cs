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

    private const string ClassNamesFile = "batches.meta.txt";
    private const string TestFile = "test_batch.bin";
    internal const int OfficialImagesPerFile = 10_000;

    private static readonly ImmutableArray<string> TrainFiles =
        [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];

    public static Shape ImageShape { get; } = new(3, 32, 32);

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

        var classNames = ReadClassNames(folder);
        return (
            ReadFiles("cifar10 train", folder, TrainFiles, classNames, imagesPerFile),
            ReadFiles("cifar10 test", folder, [TestFile], classNames, imagesPerFile));
    }

    private static ImageSet ReadFiles(
        string name, string folder, ImmutableArray<string> files, ImmutableArray<string> classNames, int imagesPerFile)
    {
        var pixels = new byte[checked(files.Length * imagesPerFile * ImageShape.Count)];
        var labels = new int[files.Length * imagesPerFile];
        for (var i = 0; i < files.Length; i++)
        {
            ReadFile(
                Path.Combine(folder, files[i]),
                pixels.AsSpan(i * imagesPerFile * ImageShape.Count, imagesPerFile * ImageShape.Count),
                labels.AsSpan(i * imagesPerFile, imagesPerFile));
        }

        return new ImageSet(
            name, ImageShape, classNames,
            ImmutableCollectionsMarshal.AsImmutableArray(pixels), ImmutableCollectionsMarshal.AsImmutableArray(labels));
    }

    private static void ReadFile(string path, Span<byte> pixels, Span<int> labels)
    {
        var recordSize = 1 + ImageShape.Count;
        var bytes = UserFile.ReadAllBytes(path, "one of CIFAR-10's binary files; download them again");
        var expected = (long)labels.Length * recordSize;
        if (bytes.Length != expected)
        {
            throw new BadInputException(
                $"{path}: expected {expected} bytes ({labels.Length} records of {recordSize}), found {bytes.Length}: "
                + (bytes.Length < expected
                    ? $"it ends in record {bytes.Length / recordSize}, at byte {bytes.Length % recordSize} of it. "
                    : $"{bytes.Length - expected} bytes follow the last record, from offset {expected} on. ")
                + "Download the file again.");
        }

        for (var record = 0; record < labels.Length; record++)
        {
            var offset = record * recordSize;
            if (bytes[offset] > 9)
            {
                throw new BadInputException(
                    $"{path}: record {record} (offset {offset}) has label {bytes[offset]}, expected 0 … 9. "
                    + "This is not CIFAR-10's binary form, or the file is damaged; download it again.");
            }

            labels[record] = bytes[offset];
            bytes.AsSpan(offset + 1, ImageShape.Count).CopyTo(pixels.Slice(record * ImageShape.Count, ImageShape.Count));
        }
    }

    private static ImmutableArray<string> ReadClassNames(string folder)
    {
        var path = Path.Combine(folder, ClassNamesFile);
        if (!File.Exists(path))
        {
            return ClassNames;
        }

        var text = System.Text.Encoding.UTF8.GetString(UserFile.ReadAllBytes(path, "CIFAR-10's class names"));
        ImmutableArray<string> names =
            [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (names.Length != ClassNames.Length)
        {
            throw new BadInputException(
                $"{path}: expected {ClassNames.Length} class names, one a line, found {names.Length}. Correct the file or remove it.");
        }

        // Labels mean these names in this order; a file that says otherwise belongs to other images.
        return names.SequenceEqual(ClassNames, StringComparer.Ordinal)
            ? names
            : throw new BadInputException(
                $"{path}: expected CIFAR-10's classes {string.Join(", ", ClassNames)}, found {string.Join(", ", names)}. "
                + "Correct the file, or remove it if the images are CIFAR-10's.");
    }

    /// <summary>What keeps a folder from being all of CIFAR-10: the first file that is missing or of another size; null where nothing does.</summary>
    public static string? FindGap(string folder, int imagesPerFile = OfficialImagesPerFile)
    {
        var expected = (long)imagesPerFile * (1 + ImageShape.Count);
        foreach (var name in TrainFiles.Append(TestFile))
        {
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists)
            {
                return $"{name} is missing";
            }

            if (file.Length != expected)
            {
                return $"{name} has {file.Length} bytes instead of {expected}";
            }
        }

        return null;
    }
}
