using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Images as <c>train/&lt;class&gt;/*.jpg</c> and <c>test/&lt;class&gt;/*.jpg</c> (jpg, jpeg or png, in any case; hidden and other
/// files are skipped and counted, images of other formats refused). Classes are numbered, and images ordered, by name in ordinal order, class by class.
/// </summary>
public static class ClassFolders
{
    private const string TrainFolder = "train";
    private const string TestFolder = "test";

    private static readonly ImmutableArray<string> Extensions = [".jpg", ".jpeg", ".png"];

    // Images too: to train without them, and say nothing, would be another data set than the one given.
    private static readonly ImmutableArray<string> OtherFormats =
        [".avif", ".bmp", ".gif", ".heic", ".jfif", ".jp2", ".jpe", ".jxl", ".pbm", ".pgm", ".ppm", ".tga", ".tif", ".tiff", ".webp"];

    /// <summary>Whether the folder has this form: it has <c>train</c> and <c>test</c>.</summary>
    public static bool Find(string directory) =>
        Directory.Exists(Path.Combine(directory, TrainFolder)) && Directory.Exists(Path.Combine(directory, TestFolder));

    /// <summary>Reads and decodes all images, on all processors.</summary>
    /// <param name="directory">The folder that holds <c>train</c> and <c>test</c>.</param>
    /// <param name="name">How the sets are called: <c>name train</c> and <c>name test</c>.</param>
    /// <param name="skipped">Told what is there and not used.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">
    /// A folder is missing or empty, the classes of the two differ, an image is unreadable, damaged, no JPEG or PNG or of another size
    /// than the first, there are more pixels than fit, or a decoding library is not installed.
    /// </exception>
    public static (ImageSet Train, ImageSet Test) Read(
        string directory, string name, SkippedEntries skipped, CancellationToken cancellation = default)
    {
        var train = List(Path.Combine(directory, TrainFolder), skipped, cancellation);
        var test = List(Path.Combine(directory, TestFolder), skipped, cancellation);
        CheckSameClasses(directory, train, test);
        CheckNoneEmpty(directory, train, test);

        // The first training image sets the size for all.
        var (firstClass, firstFiles) = train[0];
        var first = Path.Combine(directory, TrainFolder, firstClass, firstFiles[0]);
        using var decoder = new ImageDecoder();
        var shape = decoder.ReadShape(first);

        return (
            Decode($"{name} train", Path.Combine(directory, TrainFolder), train, shape, first, cancellation),
            Decode($"{name} test", Path.Combine(directory, TestFolder), test, shape, first, cancellation));
    }

    private static (string Class, string[] Files)[] List(string folder, SkippedEntries skipped, CancellationToken cancellation)
    {
        UserFile.RequireFolder(
            folder, $"{TrainFolder}/<class>/ and {TestFolder}/<class>/ with .jpg, .jpeg or .png images");
        foreach (var name in UserFile.Names(folder, Directory.EnumerateFiles))
        {
            skipped.Add(Path.Combine(folder, name));
        }

        var classes = UserFile.Names(folder, Directory.EnumerateDirectories).ToLookup(SkippedEntries.IsHidden);
        foreach (var name in classes[true])
        {
            skipped.Add(Path.Combine(folder, name));
        }

        return classes[false].Any()
            ? [.. classes[false].Select(name => (name, ListImages(Path.Combine(folder, name), skipped, cancellation)))]
            : throw new BadInputException($"{folder}: no class folders. Expected one subfolder a class, with its images in it.");
    }

    private static string[] ListImages(string folder, SkippedEntries skipped, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var name in UserFile.Names(folder, Directory.EnumerateDirectories))
        {
            if (!SkippedEntries.IsHidden(name))
            {
                throw new BadInputException(
                    $"{Path.Combine(folder, name)}: a folder inside a class folder. Expected the images directly in {folder}; move them there.");
            }

            skipped.Add(Path.Combine(folder, name));
        }

        var images = new List<string>();
        foreach (var name in UserFile.Names(folder, Directory.EnumerateFiles))
        {
            var extension = Path.GetExtension(name);
            if (SkippedEntries.IsHidden(name))
            {
                skipped.Add(Path.Combine(folder, name));
            }
            else if (Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                images.Add(name);
            }
            else if (OtherFormats.Contains(extension, StringComparer.OrdinalIgnoreCase))
            {
                throw new BadInputException(
                    $"{Path.Combine(folder, name)}: {extension} images are not read. Expected .jpg, .jpeg or .png; convert, rename or remove it.");
            }
            else
            {
                skipped.Add(Path.Combine(folder, name));
            }
        }

        return [.. images];
    }

    private static void CheckNoneEmpty(string directory, (string Class, string[] Files)[] train, (string Class, string[] Files)[] test)
    {
        string[] empty =
            [.. Empty(TrainFolder, train), .. Empty(TestFolder, test)];
        if (empty.Length > 0)
        {
            throw new BadInputException(
                $"{directory}: no images in {Few(empty)}. Expected files named *.jpg, *.jpeg or *.png directly in every class folder.");
        }

        static IEnumerable<string> Empty(string part, (string Class, string[] Files)[] classes) =>
            classes.Where(entry => entry.Files.Length == 0).Select(entry => $"{part}/{entry.Class}");
    }

    private static void CheckSameClasses(string directory, (string Class, string[] Files)[] train, (string Class, string[] Files)[] test)
    {
        var (trainNames, testNames) = (train.Select(entry => entry.Class).ToArray(), test.Select(entry => entry.Class).ToArray());
        var onlyTrain = trainNames.Except(testNames, StringComparer.Ordinal).ToArray();
        var onlyTest = testNames.Except(trainNames, StringComparer.Ordinal).ToArray();
        if (onlyTrain.Length + onlyTest.Length > 0)
        {
            throw new BadInputException(
                $"{directory}: {TrainFolder} and {TestFolder} must have the same class folders, found "
                + $"{Few(onlyTrain)} only in {TrainFolder} and {Few(onlyTest)} only in {TestFolder}.");
        }
    }

    private static string Few(string[] names) =>
        names.Length == 0 ? "none" : string.Join(", ", names.Take(5)) + (names.Length > 5 ? $" and {names.Length - 5} more" : "");

    private static ImageSet Decode(string name, string folder, (string Class, string[] Files)[] classes, Shape shape, string first, CancellationToken cancellation)
    {
        var files = classes.SelectMany((entry, label) => entry.Files.Select(file => (entry.Class, file, label))).ToArray();
        var size = (long)shape.Rows * shape.Columns * shape.Channels;
        if (files.Length * size > Array.MaxLength)
        {
            throw new BadInputException(
                $"{folder}: {files.Length} images of {shape} are {files.Length * size} bytes, and at most {Array.MaxLength} fit. "
                + "Use smaller or fewer images.");
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (files.Length * size > memory)
        {
            throw new BadInputException(
                $"{folder}: {files.Length} images of {shape} are {files.Length * size} bytes, and this machine has {memory} bytes of memory. "
                + "Use smaller or fewer images.");
        }

        var pixels = new byte[files.Length * size];
        var failures = new SortedDictionary<int, BadInputException>();
        Parallel.For(
            0,
            files.Length,
            new ParallelOptions { CancellationToken = cancellation },
            () => new ImageDecoder(),
            (index, loop, decoder) =>
            {
                try
                {
                    var path = Path.Combine(folder, files[index].Class, files[index].file);
                    decoder.Read(path, shape, $"in {first}", pixels.AsSpan(index * shape.Count, shape.Count));
                }
                catch (BadInputException error)
                {
                    lock (failures)
                    {
                        failures.Add(index, error);
                    }

                    // Break, unlike Stop, still goes through all earlier images, so the first bad one is always the one reported.
                    loop.Break();
                }

                return decoder;
            },
            decoder => decoder.Dispose());

        if (failures.Count > 0)
        {
            throw new BadInputException(failures.First().Value.Message, failures.First().Value);
        }

        return new ImageSet(
            name, shape, [.. classes.Select(entry => entry.Class)],
            ImmutableCollectionsMarshal.AsImmutableArray(pixels), [.. files.Select(file => file.label)]);
    }
}
