using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ExtraImagesTests
{
    private const int RecordSize = 3073;

    private static readonly DataSet Cifar10 = new("cifar10", Some("cifar10 train", 20, 1), Some("cifar10 test", 10, 2), PixelStatistics.Cifar10);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_binary_file_has_any_number_of_records()
    {
        var path = folder.Write("extra.bin", Records(7, 3));
        var images = Read(path);
        Assert.Multiple(() =>
        {
            Assert.That((images.Count, images.ClassNames), Is.EqualTo((7, Cifar10Binary.ClassNames)));
            Assert.That(images.Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 7).Select(i => (i + 3) % 10)));
            Assert.That(images.Bytes(6).ToArray(), Is.EqualTo(Records(7, 3)[^3072..]));
        });
    }

    [Test]
    public void The_files_of_a_folder_follow_each_other_by_name()
    {
        folder.Write("b.bin", Records(2, 5));
        folder.Write("a.bin", Records(3, 3));
        folder.Write("readme.txt", [1]);
        Assert.That(Read(folder.Path).Labels.ToArray(), Is.EqualTo(new[] { 3, 4, 5, 5, 6 }));
    }

    [Test]
    public void Class_folders_have_the_classes_of_the_data_set()
    {
        foreach (var name in Cifar10Binary.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
        }

        Assert.That(Read(folder.Path).Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void Class_folders_of_other_classes_are_refused()
    {
        folder.Write("train/cat/1.png", Pictures.SquarePng);
        Refused.With(() => Read(folder.Path), folder["train"], "expected the classes of cifar10 train, airplane", "found cat");
    }

    [Test]
    public void Images_of_another_shape_are_refused()
    {
        foreach (var name in Cifar10Binary.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.Png);
        }

        Refused.With(() => Read(folder.Path), "6 rows and 8 columns, expected 32 and 32 as in cifar10 train");
    }

    [TestCase(0, "has 0 bytes")]
    [TestCase(RecordSize - 1, "has 3072 bytes, which is no whole number of records of 3073")]
    [TestCase((2 * RecordSize) + 5, "has 6151 bytes")]
    public void A_broken_record_is_refused(int length, string message)
    {
        var path = folder.Write("extra.bin", Records(3, 0)[..length]);
        Refused.With(() => Read(path), path, message, "a label byte and 3,072 pixel bytes");
    }

    [Test]
    public void A_label_that_is_no_class_is_refused()
    {
        var content = Records(3, 0);
        content[RecordSize] = 10;
        var path = folder.Write("extra.bin", content);
        Refused.With(() => Read(path), path, "record 1 (offset 3073) has label 10, expected 0 … 9");
    }

    [TestCase("ti_500K_pseudo_labeled.pickle", (byte)'(')]
    [TestCase("ti_500K_pseudo_labeled", (byte)0x80)]
    public void A_pickle_is_refused(string name, byte first)
    {
        var path = folder.Write(name, [first, 3, .. Records(1, 0)]);
        Refused.With(() => Read(path), path, "Python pickle", "not run here", "red, green and blue plane");
    }

    [Test]
    public void A_test_image_is_refused()
    {
        folder.Write("a.bin", Records(2, 0));
        var path = folder.Write("b.bin", [.. Records(1, 5), 7, .. Cifar10.Test.Bytes(4)]);
        Refused.With(() => Read(folder.Path), $"{path}, record 1: is pixel for pixel image 4 of cifar10 test, which is tested on", "remove it");
    }

    [Test]
    public void A_validation_image_is_refused_and_another_training_image_is_not()
    {
        var path = folder.Write("extra.bin", [.. Records(2, 0), 7, .. Cifar10.Train.Bytes(4)]);
        Assert.That(ExtraImages.Read(path, Cifar10, [3, 5], new SkippedEntries()).Count, Is.EqualTo(3));
        Refused.With(
            () => ExtraImages.Read(path, Cifar10, [3, 4], new SkippedEntries()),
            $"{path}, record 2: is pixel for pixel image 4 of cifar10 train, which is held out for choosing checkpoints", "remove it");
    }

    [Test]
    public void An_image_file_that_is_a_test_image_is_refused_by_its_name()
    {
        foreach (var name in Cifar10Binary.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
        }

        var grey = Read(folder.Path).Bytes(0).ToArray();
        var test = new ImageSet("cifar10 test", Cifar10Binary.ImageShape, Cifar10Binary.ClassNames, [.. grey], [0]);
        Refused.With(
            () => ExtraImages.Read(folder.Path, Cifar10 with { Test = test }, [], new SkippedEntries()),
            $"{folder["train/airplane/1.png"]}: is pixel for pixel image 0 of cifar10 test");
    }

    [Test]
    public void The_binary_form_goes_with_cifar10_alone()
    {
        var path = folder.Write("extra.bin", Records(2, 0));
        Refused.With(() => ReadForFolder(path), path, "CIFAR-10 alone", "found the data set folder");
    }

    [Test]
    public void What_is_not_there_is_of_no_form() =>
        Refused.With(() => ReadForFolder(folder["nope"]), $"{folder["nope"]}: no such file. Expected extra images: a folder with train/<class>/");

    [Test]
    public void An_empty_folder_is_refused() => Refused.With(() => Read(folder.Path), folder.Path, "no extra images", "train/<class>/", "*.bin");

    [Test]
    public void A_path_that_is_not_there_is_refused() => Refused.With(() => Read(folder["nowhere"]), folder["nowhere"], "no such file");

    [Test]
    public void Numbers_go_on_behind_the_data_sets_own()
    {
        var extra = Read(folder.Write("extra.bin", Records(7, 3)));
        var all = new ExtendedImages(Cifar10.Train, extra);
        var labels = new int[3];
        all.CopyLabels([19, 20, 26], labels);
        Assert.Multiple(() =>
        {
            Assert.That(labels, Is.EqualTo(new[] { Cifar10.Train.Labels[19], extra.Labels[0], extra.Labels[6] }));
            Assert.That(all.Bytes(19).ToArray(), Is.EqualTo(Cifar10.Train.Bytes(19).ToArray()));
            Assert.That(all.Bytes(20).ToArray(), Is.EqualTo(extra.Bytes(0).ToArray()));
            Assert.That(() => all.Bytes(27).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => all.CopyLabels([0], new int[2]), Throws.ArgumentException);
        });
    }

    [Test]
    public void Sets_of_other_classes_do_not_go_together() =>
        Assert.That(() => new ExtendedImages(Cifar10.Train, Sets.Make(Cifar10Binary.ImageShape, 0, 1)), Throws.ArgumentException);

    private static ImageSet ReadForFolder(string path)
    {
        var made = Sets.Make(Cifar10Binary.ImageShape, 0, 1);
        return ExtraImages.Read(path, new DataSet("folder", made, made, PixelStatistics.Cifar10), [], new SkippedEntries());
    }

    private static ImageSet Read(string path) => ExtraImages.Read(path, Cifar10, [], new SkippedEntries());

    private static byte[] Records(int count, int first) =>
        [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, 3072).Select(at => (byte)(at + (i * 31) + first)).Prepend((byte)((i + first) % 10)))];

    private static ImageSet Some(string name, int count, int seed)
    {
        var pixels = new byte[count * 3072];
        new Random(seed).NextBytes(pixels);
        return new ImageSet(
            name, Cifar10Binary.ImageShape, Cifar10Binary.ClassNames, [.. pixels], [.. Enumerable.Range(0, count).Select(i => i % 10)]);
    }
}
