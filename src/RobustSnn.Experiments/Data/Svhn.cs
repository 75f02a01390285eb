using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// SVHN's cropped digits: <c>train_32x32.mat</c> and <c>test_32x32.mat</c>, MATLAB files with the images X, 32 × 32 × 3 × N (row, column,
/// channel, image; the row runs fastest), and their labels y, N × 1, where 10 stands for the digit 0.
/// </summary>
public static class Svhn
{
    internal const int OfficialTrainImages = 73_257;
    internal const int OfficialTestImages = 26_032;
    internal const string TrainFile = "train_32x32.mat";
    internal const string TestFile = "test_32x32.mat";

    private const long TrainBytes = 182_040_794;
    private const long TestBytes = 64_275_384;
    private const int Side = 32;
    private const int LabelOfZero = 10;

    public static Shape ImageShape { get; } = new(3, Side, Side);

    /// <summary>The digits, so that a class is the digit that it is called.</summary>
    public static ImmutableArray<string> ClassNames { get; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Whether the folder has any of the files.</summary>
    public static bool Find(string directory) =>
        File.Exists(Path.Combine(directory, TrainFile)) || File.Exists(Path.Combine(directory, TestFile));

    /// <summary>Reads training and test images.</summary>
    /// <param name="directory">The folder with the files.</param>
    /// <param name="trainImages">73,257 in the official file; other numbers are for excerpts.</param>
    /// <param name="testImages">26,032 in the official file.</param>
    /// <exception cref="BadInputException">
    /// A file is missing, unreadable, damaged, no MATLAB 5 file, has another number of images, or a label that is no digit's.
    /// </exception>
    public static (ImageSet Train, ImageSet Test) Read(
        string directory, int trainImages = OfficialTrainImages, int testImages = OfficialTestImages)
    {
        // MATLAB leaves out a last dimension of 1, so that one image would be an array of another kind.
        ArgumentOutOfRangeException.ThrowIfLessThan(trainImages, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(testImages, 2);
        UserFile.RequireFolder(directory, $"the folder with SVHN's {TrainFile} and {TestFile}");
        return (
            ReadFile("svhn train", Path.Combine(directory, TrainFile), trainImages),
            ReadFile("svhn test", Path.Combine(directory, TestFile), testImages));
    }

    /// <summary>What keeps a folder from having all of SVHN: the first file that is missing or of another size; null where nothing does.</summary>
    public static string? FindGap(string folder) =>
        FileGap.Find(folder, TrainFile, TrainBytes) ?? FileGap.Find(folder, TestFile, TestBytes);

    private static ImageSet ReadFile(string name, string path, int images)
    {
        var arrays = MatFile.Read(
            path, $"SVHN's cropped digits with X of {Side} × {Side} × 3 × {images} and y of {images} × 1; download the file again",
            [new("X", [Side, Side, 3, images]), new("y", [images, 1])]);
        var (pixels, labels) = (arrays[0], new int[images]);
        for (var image = 0; image < images; image++)
        {
            labels[image] = arrays[1][image] switch
            {
                LabelOfZero => 0,
                >= 1 and < LabelOfZero and var digit => digit,
                var other => throw new BadInputException(
                    $"{path}: image {image} has label {other}, expected 1 … 9, or {LabelOfZero} for the digit 0. This is not SVHN, or the file is "
                    + "damaged; download it again."),
            };
        }

        for (var plane = 0; plane < 3 * images; plane++)
        {
            Transpose(pixels.AsSpan(plane * Side * Side, Side * Side));
        }

        return new ImageSet(
            name, ImageShape, ClassNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels),
            ImmutableCollectionsMarshal.AsImmutableArray(labels));
    }

    /// <summary>Columns one after the other become rows one after the other.</summary>
    private static void Transpose(Span<byte> plane)
    {
        for (var row = 0; row < Side; row++)
        {
            for (var column = row + 1; column < Side; column++)
            {
                ref var upper = ref plane[(row * Side) + column];
                ref var lower = ref plane[(column * Side) + row];
                (upper, lower) = (lower, upper);
            }
        }
    }
}
