using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class ClassFoldersTests
{
    private TemporaryFolder folder = null!;
    private SkippedEntries skipped = null!;

    [SetUp]
    public void MakeFolder()
    {
        folder = new TemporaryFolder();
        skipped = new SkippedEntries();
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    private static IEnumerable<TestCaseData> Images()
    {
        // A JPEG of quality 95 stays within a few steps of the original; PNG is exact.
        yield return new TestCaseData(Pictures.Jpeg, Pictures.ColourPixels, 6).SetArgDisplayNames("JPEG");
        yield return new TestCaseData(Pictures.GreyJpeg, Pictures.GreyPixels, 6).SetArgDisplayNames("grey JPEG");
        yield return new TestCaseData(Pictures.Png, Pictures.ColourPixels, 0).SetArgDisplayNames("PNG");
        yield return new TestCaseData(Pictures.GreyPng, Pictures.GreyPixels, 0).SetArgDisplayNames("grey PNG");
        yield return new TestCaseData(Pictures.OpaquePng, Pictures.ColourPixels, 0).SetArgDisplayNames("PNG with opaque alpha");
    }

    [TestCaseSource(nameof(Images))]
    public void Decodes(byte[] content, int[] expected, int tolerance)
    {
        WriteOneClass(content);
        var train = Read().Train;
        Assert.Multiple(() =>
        {
            Assert.That(train.ImageShape, Is.EqualTo(new Shape(3, Pictures.Rows, Pictures.Columns)));
            Assert.That(train.Bytes(0).ToArray().Select(value => (int)value), Is.EqualTo(expected).Within(tolerance));
        });
    }

    [Test]
    public void The_content_decides_and_not_the_name()
    {
        folder.Write("train/a/1.jpg", Pictures.Png);
        folder.Write("test/a/1.png", Pictures.Jpeg);
        var (train, test) = Read();
        Assert.Multiple(() =>
        {
            Assert.That(train.Bytes(0).ToArray().Select(value => (int)value), Is.EqualTo(Pictures.ColourPixels));
            Assert.That(test.Bytes(0).ToArray().Select(value => (int)value), Is.EqualTo(Pictures.ColourPixels).Within(6));
        });
    }

    [Test]
    public void Classes_and_images_are_in_ordinal_order()
    {
        folder.Write("train/b/10.png", Pictures.GreyPng);
        folder.Write("train/b/9.PNG", Pictures.Png);
        folder.Write("train/B/x.jpeg", Pictures.GreyPng);
        folder.Write("train/a/x.JPG", Pictures.Png);
        folder.Write("test/a/x.png", Pictures.Png);
        folder.Write("test/b/x.png", Pictures.GreyPng);
        folder.Write("test/B/x.png", Pictures.Png);
        var (train, test) = Read();
        Assert.Multiple(() =>
        {
            Assert.That(train.ClassNames, Is.EqualTo(new[] { "B", "a", "b" }));
            Assert.That(test.ClassNames, Is.EqualTo(train.ClassNames));
            Assert.That(train.Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 2, 2 }));
            Assert.That(Enumerable.Range(0, 4).Select(index => IsGrey(train, index)), Is.EqualTo(new[] { true, false, true, false }));
            Assert.That(Enumerable.Range(0, 3).Select(index => IsGrey(test, index)), Is.EqualTo(new[] { false, false, true }));
        });
    }

    [Test]
    public void Order_does_not_depend_on_threads()
    {
        for (var i = 0; i < 300; i++)
        {
            folder.Write($"train/a/{i:000}.png", i * i % 7 < 3 ? Pictures.GreyPng : Pictures.Png);
        }

        folder.Write("test/a/1.png", Pictures.Png);
        var train = Read().Train;
        Assert.That(
            Enumerable.Range(0, 300).Select(index => IsGrey(train, index)), Is.EqualTo(Enumerable.Range(0, 300).Select(i => i * i % 7 < 3)));
    }

    [Test]
    public void Nothing_skipped_is_nothing_said()
    {
        WriteOneClass(Pictures.Png);
        Read();
        Assert.That(skipped.Sentences("x"), Is.Empty);
    }

    [TestCase("train/a/notes.txt")]
    [TestCase("train/readme.jpg.txt")]
    [TestCase("train/1.png")]
    [TestCase("train/a/._1.png")]
    [TestCase("train/a/.DS_Store")]
    [TestCase("train/a/Thumbs.db")]
    [TestCase("train/.DS_Store")]
    [TestCase("train/.ipynb_checkpoints/1.png", "train/.ipynb_checkpoints")]
    [TestCase("train/__MACOSX/1.png", "train/__MACOSX")]
    [TestCase("test/a/.ipynb_checkpoints/1.png", "test/a/.ipynb_checkpoints")]
    public void What_is_no_data_is_skipped_and_said(string path, string? said = null)
    {
        WriteOneClass(Pictures.Png);
        folder.Write(path, Pictures.GreyPng);
        var (train, test) = Read();
        Assert.Multiple(() =>
        {
            Assert.That((train.Count, test.Count, train.Classes), Is.EqualTo((1, 1, 1)));
            Assert.That(
                skipped.Sentences("here"), Is.EqualTo(new[] { $"here: skipped 1 entry that is no image, first {folder[said ?? path]}" }));
        });
    }

    [Test]
    public void Several_are_said_in_one_sentence()
    {
        WriteOneClass(Pictures.Png);
        folder.Write("train/a/.b", [1]);
        folder.Write("train/a/.a", [1]);
        folder.Write("test/a/.c", [1]);
        Read();
        Assert.That(skipped.Sentences("here"), Is.EqualTo(new[] { $"here: skipped 3 entries that are no image, first {folder["train/a/.a"]}" }));
    }

    [TestCase("bmp")]
    [TestCase("WebP")]
    [TestCase("tif")]
    public void Images_of_other_formats_are_refused(string extension)
    {
        WriteOneClass(Pictures.Png);
        var path = folder.Write($"train/a/2.{extension}", [1, 2]);
        Refused.With(() => Read(), path, $".{extension} images are not read", "convert");
    }

    [Test]
    public void A_folder_inside_a_class_folder_is_refused()
    {
        WriteOneClass(Pictures.Png);
        folder.Write("train/a/more/2.png", Pictures.Png);
        Refused.With(() => Read(), folder["train/a/more"], "a folder inside a class folder");
    }

    [Test]
    public void A_file_in_place_of_a_part_is_refused()
    {
        folder.Write("train", [1]);
        Refused.With(() => Read(), folder["train"], "is a file");
    }

    [Test]
    public void A_link_to_itself_is_refused()
    {
        WriteOneClass(Pictures.Png);
        File.CreateSymbolicLink(folder["train/a/2.png"], folder["train/a/2.png"]);
        Refused.With(() => Read(), folder["train/a/2.png"], "cannot be read");
    }

    [Test]
    public void A_device_is_no_image_and_does_not_read_without_end()
    {
        WriteOneClass(Pictures.Png);
        File.CreateSymbolicLink(folder["train/a/2.png"], "/dev/zero");
        Refused.With(() => Read(), folder["train/a/2.png"], "is a character device");
    }

    [Test]
    public void A_file_without_bound_is_refused_unread()
    {
        WriteOneClass(Pictures.Png);
        using (var sparse = new FileStream(folder["train/a/2.png"], FileMode.Create))
        {
            sparse.SetLength(1L << 40);
        }

        Refused.With(() => Read(), folder["train/a/2.png"], "has 1099511627776 bytes, more than 268435456");
    }

    [Test]
    public void Cancelling_stops()
    {
        WriteOneClass(Pictures.Png);
        Assert.That(
            () => ClassFolders.Read(folder.Path, "mine", skipped, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static IEnumerable<TestCaseData> BadImages()
    {
        yield return new TestCaseData("notes"u8.ToArray(), "found 5 bytes starting 6E6F746573").SetArgDisplayNames("text");
        yield return new TestCaseData(Array.Empty<byte>(), "found an empty file").SetArgDisplayNames("empty");
        yield return new TestCaseData(Pictures.Jpeg[..^40], "this JPEG image cannot be used").SetArgDisplayNames("truncated JPEG");
        yield return new TestCaseData(Pictures.Jpeg[..20], "this JPEG image cannot be used").SetArgDisplayNames("JPEG without size");
        yield return new TestCaseData(Pictures.CmykJpeg, "this JPEG image cannot be used").SetArgDisplayNames("CMYK JPEG");
        yield return new TestCaseData(Pictures.Png[..^30], "this PNG image cannot be used").SetArgDisplayNames("truncated PNG");
        yield return new TestCaseData(Pictures.Png[..20], "this PNG image cannot be used").SetArgDisplayNames("PNG without size");
        yield return new TestCaseData(Flipped(Pictures.Png, 48), "this PNG image cannot be used").SetArgDisplayNames("PNG with a flipped bit");
        yield return new TestCaseData(Pictures.TransparentPng, "transparent pixels").SetArgDisplayNames("transparent PNG");
        yield return new TestCaseData(Pictures.NarrowPng, "6 rows and 7 columns, expected 6 and 8").SetArgDisplayNames("another size");
    }

    [TestCaseSource(nameof(BadImages))]
    public void Refuses(byte[] content, string message)
    {
        WriteOneClass(Pictures.Png);
        var path = folder.Write("train/a/2.png", content);
        Refused.With(() => Read(), path, message);
    }

    [Test]
    public void A_test_image_of_another_size_names_the_first_training_image()
    {
        WriteOneClass(Pictures.Png);
        folder.Write("test/a/2.png", Pictures.NarrowPng);
        Refused.With(() => Read(), folder["test/a/2.png"], folder["train/a/1.png"]);
    }

    [Test]
    public void The_first_bad_image_is_reported()
    {
        WriteOneClass(Pictures.Png);
        for (var i = 0; i < 100; i++)
        {
            folder.Write($"train/a/x{i:000}.png", i >= 40 ? "bad"u8.ToArray() : Pictures.Png);
        }

        Refused.With(() => Read(), folder["train/a/x040.png"]);
    }

    [Test]
    public void An_image_that_cannot_be_read_is_refused()
    {
        WriteOneClass(Pictures.Png);
        File.CreateSymbolicLink(folder["train/a/2.png"], folder["gone.png"]);
        Refused.With(() => Read(), folder["train/a/2.png"], "no such file");
    }

    [Test]
    public void Different_classes_in_train_and_test_are_refused()
    {
        WriteOneClass(Pictures.Png);
        folder.Write("train/b/1.png", Pictures.Png);
        folder.Write("test/c/1.png", Pictures.Png);
        Refused.With(() => Read(), "same class folders", "b only in train", "c only in test");
    }

    [Test]
    public void A_class_without_images_is_refused()
    {
        WriteOneClass(Pictures.Png);
        folder.Write("train/b/1.png", Pictures.Png);
        Directory.CreateDirectory(folder["test/b"]);
        Refused.With(() => Read(), folder.Path, "no images in test/b");
    }

    [TestCase("train")]
    [TestCase("test")]
    public void A_missing_part_is_refused(string part)
    {
        WriteOneClass(Pictures.Png);
        Directory.Delete(folder[part], recursive: true);
        Refused.With(() => Read(), folder[part], "no such folder", "train/<class>/");
    }

    [Test]
    public void Images_without_class_folders_are_refused()
    {
        folder.Write("train/1.png", Pictures.Png);
        folder.Write("test/1.png", Pictures.Png);
        Refused.With(() => Read(), folder["train"], "no class folders");
    }

    [Test]
    public void A_missing_library_names_its_package() => Refused.With(
        () => SystemLibrary.Require("libno-such-codec.so.0", "Reading ABC images", "libabc0 (Debian)"),
        "Reading ABC images needs the system library libno-such-codec.so.0", "Install it: libabc0 (Debian)");

    private (ImageSet Train, ImageSet Test) Read() => ClassFolders.Read(folder.Path, "mine", skipped);

    private void WriteOneClass(byte[] content)
    {
        folder.Write("train/a/1.png", content);
        folder.Write("test/a/1.png", content);
    }

    /// <summary>The grey picture's first row starts 0, 10; the coloured one's 0, 30.</summary>
    private static bool IsGrey(ImageSet set, int index) => set.Bytes(index)[1] == 10;

    private static byte[] Flipped(byte[] content, int index)
    {
        content[index] ^= 4;
        return content;
    }
}
