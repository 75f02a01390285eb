using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class DataSetsTests
{
    private static readonly Shapes10Settings Few = new(Seed: 3, TrainCount: 20, TestCount: 10);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Shapes10_needs_no_files()
    {
        var opened = DataSets.Open("shapes10", null, Few);
        Assert.Multiple(() =>
        {
            Assert.That((opened.Name, opened.Train.Count, opened.Test.Count), Is.EqualTo(("shapes10", 20, 10)));
            Assert.That(opened.Train.Bytes(0).ToArray(), Is.EqualTo(Shapes10.Generate(3, 1, 1).Train.Bytes(0).ToArray()));
            Assert.That(opened.Statistics, Is.EqualTo(PixelStatistics.Shapes10));
        });
    }

    [Test]
    public void A_folder_has_its_own_statistics()
    {
        folder.Write("photos/train/a/1.png", Pictures.Png);
        folder.Write("photos/test/a/1.png", Pictures.Png);
        var opened = DataSets.Open("folder", folder["photos/"], Few);
        Assert.Multiple(() =>
        {
            Assert.That((opened.Name, opened.Train.Name, opened.Test.Name), Is.EqualTo(("folder", "photos train", "photos test")));
            Assert.That(opened.Statistics.Mean[0], Is.EqualTo(105 / 255.0).Within(1e-9));
        });
    }

    [Test]
    public void Cifar10_is_found_in_class_folders()
    {
        foreach (var name in Cifar10Binary.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
            folder.Write($"test/{name}/1.png", Pictures.SquarePng);
        }

        var opened = DataSets.Open("cifar10", folder.Path, Few);
        Assert.Multiple(() =>
        {
            Assert.That(opened.Train.ClassNames, Is.EqualTo(Cifar10Binary.ClassNames));
            Assert.That(opened.Train.Name, Is.EqualTo("cifar10 train"));
            Assert.That(opened.Statistics, Is.EqualTo(PixelStatistics.Cifar10));
        });
    }

    // Its files are of 30 MB each: that the binary reader is asked is seen from its refusal of a short one.
    [TestCase("")]
    [TestCase("cifar-10-batches-bin/")]
    public void Cifar10_is_found_in_binary_form(string inner)
    {
        folder.Write(inner + "data_batch_1.bin", [1, 2]);
        Refused.With(() => DataSets.Open("cifar10", folder.Path, Few), "data_batch_1.bin", "expected 30730000 bytes");
    }

    [Test]
    public void Cifar10_of_another_shape_is_refused()
    {
        folder.Write("train/a/1.png", Pictures.Png);
        folder.Write("test/a/1.png", Pictures.Png);
        Refused.With(
            () => DataSets.Open("cifar10", folder.Path, Few), "10 classes of 3 × 32 × 32", "found 1 of 3 × 6 × 8", "\"folder\"");
    }

    [Test]
    public void Cifar10_under_other_class_names_is_refused()
    {
        foreach (var name in Cifar10Binary.ClassNames.Select(name => name == "airplane" ? "plane" : name == "automobile" ? "car" : name))
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
            folder.Write($"test/{name}/1.png", Pictures.SquarePng);
        }

        Refused.With(
            () => DataSets.Open("cifar10", folder.Path, Few), "airplane, automobile, bird", "bird, car, cat", "plane, ship", "Rename the folders");
    }

    [Test]
    public void What_was_skipped_is_noted()
    {
        folder.Write("train/a/1.png", Pictures.Png);
        folder.Write("train/a/.hidden.png", Pictures.Png);
        folder.Write("test/a/1.png", Pictures.Png);
        Assert.That(
            DataSets.Open("folder", folder.Path, Few).Notes,
            Is.EqualTo(new[] { $"{folder.Path}: skipped 1 entry that is no image, first {folder["train/a/.hidden.png"]}" }));
    }

    [Test]
    public void A_file_in_place_of_the_directory_is_refused()
    {
        var path = folder.Write("images", [1]);
        Refused.With(() => DataSets.Open("folder", path, Few), path, "is a file");
    }

    [Test]
    public void Drawing_can_be_cancelled() => Assert.That(
        () => DataSets.Open("shapes10", null, Few, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void A_folder_without_cifar10_says_what_was_looked_for() => Refused.With(
        () => DataSets.Open("cifar10", folder.Path, Few),
        folder.Path, "data_batch_1.bin … data_batch_5.bin and test_batch.bin", "cifar-10-batches-bin", "train/<class>/", "cs.toronto.edu");

    [TestCase("cifar10")]
    [TestCase("cifar100")]
    [TestCase("folder")]
    [TestCase("svhn")]
    [TestCase("tinyimagenet")]
    public void A_missing_directory_is_asked_for(string name) =>
        Refused.With(() => DataSets.Open(name, null, Few), name, "give the directory");

    [TestCase("cifar10")]
    [TestCase("cifar100")]
    [TestCase("folder")]
    [TestCase("svhn")]
    [TestCase("tinyimagenet")]
    public void A_directory_that_is_not_there_is_refused(string name) =>
        Refused.With(() => DataSets.Open(name, folder["nowhere"], Few), folder["nowhere"], "no such folder", name);

    [Test]
    public void A_directory_that_would_not_be_read_is_refused() =>
        Refused.With(() => DataSets.Open("shapes10", folder.Path, Few), "reads no files", folder.Path);

    [TestCase("cifar-10", "cifar10")]
    [TestCase("CIFAR10", "cifar10")]
    [TestCase("shape", "shapes10")]
    [TestCase("folders", "folder")]
    [TestCase("cifar-100", "cifar100")]
    [TestCase("TinyImageNet", "tinyimagenet")]
    public void An_unknown_name_gets_the_nearest_known(string name, string nearest) => Refused.With(
        () => DataSets.Open(name, null, Few), $"no data set \"{name}\"", $"Did you mean {nearest}?", "cifar10, cifar100, folder, shapes10, svhn, tinyimagenet");

    [TestCase("cifar10", "cifar-10-batches-bin/data_batch_1.bin")]
    [TestCase("cifar10", "test_batch.bin")]
    [TestCase("cifar10", "cifar-10-batches-py/data_batch_1", "cifar-10-batches-py/test_batch")]
    [TestCase("cifar10", "data_batch_1", "test_batch")]
    [TestCase("cifar100", "train.bin")]
    [TestCase("cifar100", "cifar-100-binary/test.bin")]
    [TestCase("cifar100", "cifar-100-python/train", "cifar-100-python/test", "cifar-100-python/meta")]
    [TestCase("cifar100", "train", "test", "meta")]
    [TestCase("svhn", "train_32x32.mat")]
    [TestCase("tinyimagenet", "wnids.txt")]
    [TestCase("tinyimagenet", "tiny-imagenet-200/wnids.txt")]
    [TestCase("folder", "train/a/1.png", "test/a/1.png")]
    [TestCase("folder", "readme.txt")]
    public void A_folder_is_recognised_by_its_files(string name, params string[] files)
    {
        foreach (var file in files)
        {
            folder.Write(file, [1]);
        }

        Assert.That(DataSets.Recognise(folder.Path), Is.EqualTo(name));
    }

    [TestCase("cifar10", "cifar-10-batches-py/data_batch_1", "cifar-10-batches-py/test_batch")]
    [TestCase("cifar100", "train", "test", "meta")]
    public void Pickles_are_refused_and_the_binary_version_is_named(string name, params string[] files)
    {
        foreach (var file in files)
        {
            folder.Write(file, [0x80, 2]);
        }

        Refused.With(
            () => DataSets.Open(name, folder.Path, Few), folder.Path, "pickles", $"rsnn data fetch {name}", Downloads.ByName[name].Files[0].Source.ToString());
    }

    [TestCase("cifar100", "train.bin and test.bin", "cifar-100-binary.tar.gz")]
    [TestCase("svhn", "train_32x32.mat and test_32x32.mat", "ufldl.stanford.edu")]
    [TestCase("tinyimagenet", "wnids.txt", "tiny-imagenet-200.zip")]
    public void A_folder_without_the_data_set_says_what_was_looked_for(string name, params string[] parts) =>
        Refused.With(() => DataSets.Open(name, folder.Path, Few), [folder.Path, .. parts]);

    [Test]
    public void Cifar100_is_found_in_class_folders()
    {
        foreach (var name in Cifar100Binary.ClassNames)
        {
            folder.Write($"train/{name}/1.png", Pictures.SquarePng);
            folder.Write($"test/{name}/1.png", Pictures.SquarePng);
        }

        var opened = DataSets.Open("cifar100", folder.Path, Few);
        Assert.That((opened.Train.Name, opened.Train.Classes, opened.Statistics), Is.EqualTo(("cifar100 train", 100, PixelStatistics.Cifar100)));
    }
}
