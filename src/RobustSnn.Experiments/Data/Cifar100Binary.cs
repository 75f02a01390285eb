using System.Collections.Immutable;
using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// CIFAR-100's binary form: <c>train.bin</c> and <c>test.bin</c>, each a row of records of a coarse label byte (0 … 19), a fine label
/// byte (0 … 99) and 3 × 32 × 32 pixel bytes (red, green, blue planes). The fine label is the class.
/// </summary>
public static class Cifar100Binary
{
    /// <summary>The folder that the official archive unpacks to.</summary>
    public const string FolderName = "cifar-100-binary";

    internal const int OfficialTrainImages = 50_000;
    internal const int OfficialTestImages = 10_000;

    private const string Title = "CIFAR-100";
    private const string NamesFile = "fine_label_names.txt";
    private const string TrainFile = "train.bin";
    private const string TestFile = "test.bin";
    private const int CoarseClasses = 20;

    /// <summary>The official names of the fine labels, in label order; also the ordinal order of the names.</summary>
    public static ImmutableArray<string> ClassNames { get; } =
    [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
        "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
        "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
        "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
        "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
        "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
        "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
        "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
        "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor",
        "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
    ];

    public static Shape ImageShape => CifarRecords.ImageShape;

    private static CifarRecords Records { get; } = new(Title, [new("coarse label", CoarseClasses), new("fine label", ClassNames.Length)]);

    /// <summary>
    /// The folder with the binary files: <paramref name="directory"/> itself or its <see cref="FolderName"/>; null where neither has
    /// any of them.
    /// </summary>
    public static string? Find(string directory) =>
        new[] { directory, Path.Combine(directory, FolderName) }
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, TrainFile)) || File.Exists(Path.Combine(folder, TestFile)));

    /// <summary>Reads training and test images.</summary>
    /// <param name="directory">The folder with the files, or the one that holds <see cref="FolderName"/>.</param>
    /// <param name="trainImages">50,000 in the official file; other numbers are for excerpts.</param>
    /// <param name="testImages">10,000 in the official file.</param>
    /// <exception cref="BadInputException">
    /// A file is missing, unreadable or of another size, has a label that is no class, or gives one class two coarse labels.
    /// </exception>
    public static (ImageSet Train, ImageSet Test) Read(
        string directory, int trainImages = OfficialTrainImages, int testImages = OfficialTestImages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainImages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(testImages, 1);
        UserFile.RequireFolder(directory, $"the folder with CIFAR-100's {TrainFile} and {TestFile}");
        var folder = Find(directory) ?? throw new BadInputException(
            $"{directory}: no CIFAR-100 binary files. Looked for {TrainFile} and {TestFile} there and in its subfolder {FolderName}.");

        ClassNamesFile.RequireSame(Path.Combine(folder, NamesFile), Title, ClassNames);
        var coarse = new CoarseLabels();
        return (
            ReadFile("cifar100 train", Path.Combine(folder, TrainFile), trainImages, coarse),
            ReadFile("cifar100 test", Path.Combine(folder, TestFile), testImages, coarse));
    }

    /// <summary>What keeps a folder from being all of CIFAR-100: the first file that is missing or of another size; null where nothing does.</summary>
    public static string? FindGap(string folder) =>
        FileGap.Find(folder, TrainFile, (long)OfficialTrainImages * Records.Size)
        ?? FileGap.Find(folder, TestFile, (long)OfficialTestImages * Records.Size);

    private static ImageSet ReadFile(string name, string path, int images, CoarseLabels coarse)
    {
        var pixels = new byte[checked(images * ImageShape.Count)];
        var labels = new byte[images * 2];
        Records.Read(path, "one of CIFAR-100's binary files; download them again", pixels, labels);
        var classes = new int[images];
        for (var record = 0; record < images; record++)
        {
            classes[record] = labels[(2 * record) + 1];
            coarse.Require(path, record, labels[2 * record], classes[record]);
        }

        return new ImageSet(
            name, ImageShape, ClassNames, ImmutableCollectionsMarshal.AsImmutableArray(pixels),
            ImmutableCollectionsMarshal.AsImmutableArray(classes));
    }

    /// <summary>Every class belongs to one coarse class. A file that says otherwise is damaged, or other bytes than CIFAR-100's.</summary>
    private sealed class CoarseLabels
    {
        private readonly (int Coarse, string Path, int Record)?[] seen = new (int, string, int)?[ClassNames.Length];

        public void Require(string path, int record, int coarse, int fine)
        {
            var first = seen[fine] ??= (coarse, path, record);
            if (first.Coarse != coarse)
            {
                throw new BadInputException(
                    $"{path}: record {record} gives the class {ClassNames[fine]} the coarse label {coarse}, expected {first.Coarse} as in record "
                    + $"{first.Record} of {first.Path}. This is not CIFAR-100's binary form, or a file is damaged; download them again.");
            }
        }
    }
}
