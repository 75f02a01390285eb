using System.Text;
using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class Cifar10BinaryTests
{
    private const int RecordSize = 3073;
    private const int Records = 4;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("")]
    [TestCase("cifar-10-batches-bin")]
    public void Reads_the_folder_or_the_one_that_holds_it(string inner)
    {
        WriteAll(inner);
        var (train, test) = Cifar10Binary.Read(folder.Path, Records);
        Assert.Multiple(() =>
        {
            Assert.That(train.Count, Is.EqualTo(5 * Records));
            Assert.That(test.Count, Is.EqualTo(Records));
            Assert.That((train.Name, test.Name), Is.EqualTo(("cifar10 train", "cifar10 test")));
            Assert.That(train.ImageShape, Is.EqualTo(Cifar10Binary.ImageShape));
        });
    }

    // Image 4·file + record of the training set comes from file + 1.
    [TestCase(0, 0, 0)]
    [TestCase(3, 0, 3)]
    [TestCase(4, 1, 0)]
    [TestCase(19, 4, 3)]
    public void Keeps_the_order_of_files_and_records(int index, int file, int record)
    {
        WriteAll("");
        var train = Cifar10Binary.Read(folder.Path, Records).Train;
        Assert.Multiple(() =>
        {
            Assert.That(train.Labels[index], Is.EqualTo(Label(file, record)));
            Assert.That(train.Bytes(index).ToArray(), Is.EqualTo(Enumerable.Range(0, 3072).Select(i => Pixel(file, record, i))));
        });
    }

    [Test]
    public void Names_of_classes_are_the_official_ones()
    {
        WriteAll("");
        Assert.That(Cifar10Binary.Read(folder.Path, Records).Train.ClassNames, Is.EqualTo(Cifar10Binary.ClassNames));
    }

    [Test]
    public void A_file_of_class_names_that_agrees_is_taken()
    {
        WriteAll("");
        folder.Write("batches.meta.txt", Encoding.UTF8.GetBytes(string.Join("\r\n", Cifar10Binary.ClassNames) + "\n\n"));
        Assert.That(Cifar10Binary.Read(folder.Path, Records).Test.ClassNames, Is.EqualTo(Cifar10Binary.ClassNames));
    }

    [Test]
    public void A_file_of_other_class_names_is_refused()
    {
        WriteAll("");
        folder.Write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"u8.ToArray());
        Refused.With(Read, "batches.meta.txt", "airplane, automobile", "found \"a\" in place of \"airplane\"");
    }

    [Test]
    public void A_whole_folder_has_no_gap()
    {
        WriteAll("");
        Assert.That(Cifar10Binary.FindGap(folder.Path, Records), Is.Null);
    }

    [Test]
    public void A_missing_file_is_a_gap()
    {
        WriteAll("");
        System.IO.File.Delete(folder["test_batch.bin"]);
        Assert.That(Cifar10Binary.FindGap(folder.Path, Records), Is.EqualTo("test_batch.bin is missing"));
    }

    [Test]
    public void Another_number_of_class_names_is_refused()
    {
        WriteAll("");
        folder.Write("batches.meta.txt", "a\nb\n"u8.ToArray());
        Refused.With(Read, "batches.meta.txt", "expected 10 class names", "found 2");
    }

    [Test]
    public void A_truncated_file_is_refused()
    {
        WriteAll("");
        var path = folder.Write("data_batch_3.bin", File(2)[..(RecordSize + 100)]);
        Refused.With(Read, path, "expected 12292 bytes (4 records of 3073)", "found 3173", "in record 1, at byte 100");
    }

    [Test]
    public void An_oversized_file_is_refused()
    {
        WriteAll("");
        var path = folder.Write("test_batch.bin", [.. File(5), 1, 2]);
        Refused.With(Read, path, "found 12294", "2 bytes follow the last record, from offset 12292");
    }

    [Test]
    public void A_label_above_nine_is_refused()
    {
        WriteAll("");
        var content = File(1);
        content[2 * RecordSize] = 10;
        var path = folder.Write("data_batch_2.bin", content);
        Refused.With(Read, path, "record 2 (offset 6146) has label 10", "expected 0 … 9");
    }

    [Test]
    public void A_missing_file_is_refused()
    {
        WriteAll("");
        System.IO.File.Delete(folder["data_batch_4.bin"]);
        Refused.With(Read, folder["data_batch_4.bin"], "no such file");
    }

    [Test]
    public void A_folder_in_a_files_place_is_refused()
    {
        WriteAll("");
        System.IO.File.Delete(folder["data_batch_5.bin"]);
        Directory.CreateDirectory(folder["data_batch_5.bin"]);
        Refused.With(Read, folder["data_batch_5.bin"], "is a folder. Expected one of CIFAR-10's binary files");
    }

    [Test]
    public void A_folder_without_the_files_is_refused() => Refused.With(
        Read, folder.Path, "Looked for data_batch_1.bin, data_batch_2.bin", "test_batch.bin", "cifar-10-batches-bin");

    [Test]
    public void A_folder_that_is_not_there_is_refused() =>
        Refused.With(() => Cifar10Binary.Read(folder["nowhere"]), folder["nowhere"], "no such folder");

    [Test]
    public void The_official_size_is_expected_unless_told_otherwise()
    {
        WriteAll("");
        Refused.With(() => Cifar10Binary.Read(folder.Path), "expected 30730000 bytes (10000 records of 3073)", "found 12292");
    }

    private void Read() => Cifar10Binary.Read(folder.Path, Records);

    private void WriteAll(string inner)
    {
        for (var file = 0; file < 6; file++)
        {
            folder.Write(Path.Combine(inner, file < 5 ? $"data_batch_{file + 1}.bin" : "test_batch.bin"), File(file));
        }
    }

    private static byte[] File(int file) =>
        [.. Enumerable.Range(0, Records).SelectMany(record =>
            Enumerable.Range(0, 3072).Select(i => Pixel(file, record, i)).Prepend((byte)Label(file, record)))];

    private static int Label(int file, int record) => ((3 * file) + record) % 10;

    private static byte Pixel(int file, int record, int i) => (byte)((i * 7) + (file * 31) + (record * 101));
}
