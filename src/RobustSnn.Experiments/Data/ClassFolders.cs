using System.Collections.Immutable;
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
        ImmutableArray<string> names = [.. train.Select(entry => entry.Class)];

        return (
            Decode($"{name} train", Path.Combine(directory, TrainFolder), train, names, shape, $"in {first}", cancellation),
            Decode($"{name} test", Path.Combine(directory, TestFolder), test, names, shape, $"in {first}", cancellation));
    }

    /// <summary>Reads <c>train</c> alone, as more images of the classes and of the shape that another set has, with the file of each.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="BadInputException">As <see cref="Read"/>, or the classes or the shape are others.</exception>
    internal static (ImageSet Images, ImmutableArray<string> Files) ReadTrain(
        string directory, string name, ImageSet like, SkippedEntries skipped, CancellationToken cancellation = default)
    {
        var folder = Path.Combine(directory, TrainFolder);
        var classes = List(folder, skipped, cancellation);
        if (!classes.Select(entry => entry.Class).SequenceEqual(like.ClassNames.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"{folder}: expected the classes of {like.Name}, {Few([.. like.ClassNames])}, found {Few([.. classes.Select(entry => entry.Class)])}. "
                + "Rename the folders, or give others.");
        }

        CheckNoneEmpty(directory, classes, []);
        return (
            Decode(name, folder, classes, like.ClassNames, like.ImageShape, $"in {like.Name}", cancellation),
            [.. Files(folder, classes, like.ClassNames).Select(file => file.Path)]);
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
            ? [.. classes[false].Select(name => (name, ImageFiles.List(Path.Combine(folder, name), skipped, cancellation)))]
            : throw new BadInputException($"{folder}: no class folders. Expected one subfolder a class, with its images in it.");
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

    private static ImageSet Decode(
        string name, string folder, (string Class, string[] Files)[] classes, ImmutableArray<string> classNames, Shape shape, string expectedBy,
        CancellationToken cancellation) =>
        ImageFiles.Decode(name, folder, Files(folder, classes, classNames), classNames, shape, expectedBy, cancellation);

    /// <summary>Every image and its class, in the order of the images.</summary>
    private static ImmutableArray<(string Path, int Label)> Files(
        string folder, (string Class, string[] Files)[] classes, ImmutableArray<string> classNames)
    {
        var files = ImmutableArray.CreateBuilder<(string, int)>();
        foreach (var (className, images) in classes)
        {
            var label = classNames.IndexOf(className);
            files.AddRange(images.Select(image => (Path.Combine(folder, className, image), label)));
        }

        return files.ToImmutable();
    }
}
