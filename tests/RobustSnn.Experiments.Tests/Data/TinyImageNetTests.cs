using System.Text;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class TinyImageNetTests
{
    // Not in ordinal order, as the official list is not.
    private static readonly string[] Ids = ["n02124075", "n04067472", "n01443537"];

    private static readonly TinyImageNetCounts Few = new(Classes: 3, TrainImagesPerClass: 2, TestImagesPerClass: 1);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("")]
    [TestCase("tiny-imagenet-200")]
    public void Classes_are_in_the_order_of_their_numbers(string inner)
    {
        WriteAll(inner);
        var (train, test) = Read();
        Assert.Multiple(() =>
        {
            Assert.That(train.ClassNames, Is.EqualTo(new[] { "n01443537", "n02124075", "n04067472" }));
            Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 0, 0, 1, 1, 2, 2 }));
            Assert.That(test.Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 2 }));
            Assert.That((train.Name, test.Name, train.ImageShape), Is.EqualTo(("tinyimagenet train", "tinyimagenet test", TinyImageNet.ImageShape)));
        });
    }

    [Test]
    public void Images_are_those_of_the_annotations_and_grey_ones_have_three_equal_planes()
    {
        WriteAll("");

        // val_1.JPEG is of class 1, and the only red one.
        folder.Write("val/images/val_1.JPEG", RedJpeg);
        var (train, test) = Read();
        Assert.Multiple(() =>
        {
            Assert.That(train.Bytes(0).ToArray(), Is.All.EqualTo(90));
            Assert.That(test.Bytes(1)[0], Is.EqualTo(200).Within(3));
            Assert.That(test.Bytes(1)[64 * 64], Is.EqualTo(30).Within(3));
            Assert.That(test.Bytes(0).ToArray(), Is.All.EqualTo(90));
        });
    }

    [Test]
    public void The_same_images_in_class_folders_have_the_same_classes_and_order()
    {
        WriteAll("official");
        folder.Write($"official/train/{Ids[0]}/images/{Ids[0]}_1.JPEG", RedJpeg);
        foreach (var id in Ids)
        {
            folder.Write($"sorted/train/{id}/{id}_0.JPEG", GreyJpeg);
            folder.Write($"sorted/train/{id}/{id}_1.JPEG", id == Ids[0] ? RedJpeg : GreyJpeg);
            folder.Write($"sorted/test/{id}/val.JPEG", GreyJpeg);
        }

        var official = TinyImageNet.Read(folder["official"], new SkippedEntries(), Few).Train;
        var sorted = DataSets.Open("folder", folder["sorted"], Shapes10Settings.Default).Train;
        Assert.Multiple(() =>
        {
            Assert.That(sorted.ClassNames, Is.EqualTo(official.ClassNames));
            Assert.That(sorted.Labels.ToArray(), Is.EqualTo(official.Labels.ToArray()));
            Assert.That(Enumerable.Range(0, 6).Select(i => sorted.Bytes(i)[0]), Is.EqualTo(Enumerable.Range(0, 6).Select(i => official.Bytes(i)[0])));
        });
    }

    [Test]
    public void Words_are_of_the_classes_in_their_order()
    {
        WriteAll("");
        folder.Write("words.txt", "n00000001\tentity\nn02124075\tEgyptian cat\nn01443537\tgoldfish, Carassius auratus\n"u8.ToArray());
        Assert.That(TinyImageNet.ReadWords(folder.Path, Read().Train.ClassNames), Is.EqualTo(new[] { "goldfish, Carassius auratus", "Egyptian cat", "–" }));
    }

    [Test]
    public void Without_a_file_of_words_there_are_none()
    {
        WriteAll("");
        Assert.That(TinyImageNet.ReadWords(folder.Path, Ids), Is.Empty);
    }

    [TestCase("n02124075\nn04067472\n", "expected 3 classes, found 2")]
    [TestCase("n02124075\nn04067472\nn04067472\n", "n04067472 is there twice")]
    [TestCase("n02124075\nn04067472\n../../etc\n", "found \"../../etc\"")]
    [TestCase("n02124075\nn04067472\nn0144353x\n", "found \"n0144353x\"")]
    [TestCase("", "found 0")]
    public void A_bad_list_of_classes_is_refused(string text, string message) => Refuses("wnids.txt", text, folder["wnids.txt"], message);

    [TestCase("val_0.JPEG\tn01443537\nval_1.JPEG\tn02124075\n", "val_2.JPEG", "no class of it")]
    [TestCase("val_0.JPEG\tn01443537\nval_1.JPEG\tn02124075\nval_2.JPEG\tn04067472\nval_3.JPEG\tn04067472\n", "val_3.JPEG", "no such file")]
    [TestCase("val_0.JPEG\tn01443537\nval_0.JPEG\tn02124075\n", "val_0.JPEG is there twice")]
    [TestCase("val_0.JPEG\tn09999999\n", "val_0.JPEG is of \"n09999999\", which is no class")]
    [TestCase("val_0.JPEG n01443537\n", "a tab between, found \"val_0.JPEG n01443537\"")]
    [TestCase("val_0.JPEG\tn01443537\nval_1.JPEG\tn01443537\nval_2.JPEG\tn04067472\n", "class n01443537: expected 1 images, found 2")]
    public void Bad_annotations_are_refused(string text, params string[] parts) => Refuses("val/val_annotations.txt", text, parts);

    [Test]
    public void A_class_that_lacks_images_is_refused()
    {
        WriteAll("");
        File.Delete(folder[$"train/{Ids[1]}/images/{Ids[1]}_1.JPEG"]);
        Refused.With(() => Read(), folder[$"train/{Ids[1]}/images"], "expected 2 images, found 1", "Unpack the archive again");
    }

    [Test]
    public void A_class_that_is_not_listed_is_refused()
    {
        WriteAll("");
        folder.Write("train/n05555555/images/1.JPEG", GreyJpeg);
        Refused.With(() => Read(), folder["train/n05555555"], "no class of wnids.txt");
    }

    [Test]
    public void An_image_of_another_size_is_refused()
    {
        WriteAll("");
        var path = folder.Write($"train/{Ids[0]}/images/{Ids[0]}_0.JPEG", Pictures.Jpeg);
        Refused.With(() => Read(), path, "6 rows and 8 columns, expected 64 and 64 as all of TinyImageNet have");
    }

    [TestCase("train", "no such folder")]
    [TestCase("val", "no such folder")]
    public void A_missing_part_is_refused(string part, string message)
    {
        WriteAll("");
        Directory.Delete(folder[part], recursive: true);
        Refused.With(() => Read(), folder[part], message);
    }

    [Test]
    public void What_is_no_image_is_skipped_and_counted()
    {
        WriteAll("");
        folder.Write($"train/{Ids[0]}/images/.left", [1]);
        var skipped = new SkippedEntries();
        TinyImageNet.Read(folder.Path, skipped, Few);
        Assert.That(skipped.Sentences("x").Single(), Does.Contain("skipped 1 entry"));
    }

    [Test]
    public void A_folder_without_all_images_has_a_gap()
    {
        WriteAll("");
        Assert.That(TinyImageNet.FindGap(folder.Path), Is.EqualTo("train has 6 images instead of 100000"));
    }

    [Test]
    public void Reading_can_be_cancelled()
    {
        WriteAll("");
        Assert.That(
            () => TinyImageNet.Read(folder.Path, new SkippedEntries(), Few, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private (ImageSet Train, ImageSet Test) Read() => TinyImageNet.Read(folder.Path, new SkippedEntries(), Few);

    private void Refuses(string file, string text, params string[] parts)
    {
        WriteAll("");
        folder.Write(file, Encoding.UTF8.GetBytes(text));
        Refused.With(() => Read(), parts);
    }

    private void WriteAll(string inner)
    {
        folder.Write(Path.Combine(inner, "wnids.txt"), Encoding.UTF8.GetBytes(string.Join('\n', Ids)));
        foreach (var id in Ids)
        {
            folder.Write(Path.Combine(inner, $"train/{id}/images/{id}_0.JPEG"), GreyJpeg);
            folder.Write(Path.Combine(inner, $"train/{id}/images/{id}_1.JPEG"), GreyJpeg);
            folder.Write(Path.Combine(inner, $"train/{id}/{id}_boxes.txt"), [1]);
        }

        var lines = Ids.Order(StringComparer.Ordinal).Select((id, i) => $"val_{i}.JPEG\t{id}\t0\t32\t44\t62\r\n").ToArray();
        folder.Write(Path.Combine(inner, "val/val_annotations.txt"), Encoding.UTF8.GetBytes(string.Concat(lines)));
        for (var i = 0; i < Ids.Length; i++)
        {
            folder.Write(Path.Combine(inner, $"val/images/val_{i}.JPEG"), GreyJpeg);
        }
    }

    /// <summary>64 × 64 pixels of 90, of one component.</summary>
    private static byte[] GreyJpeg => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/"
        + "wAALCABAAEABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AJgAAAAAAAAAAAAAAAAAAAAD/9k=");

    /// <summary>64 × 64 pixels of (200, 30, 60).</summary>
    private static byte[] RedJpeg => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/"
        + "2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCABAAEADASIAAhEBAxEB/8QA"
        + "FQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAMG/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/a"
        + "AAwDAQACEQMRAD8AkgINOAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA//9k=");
}
