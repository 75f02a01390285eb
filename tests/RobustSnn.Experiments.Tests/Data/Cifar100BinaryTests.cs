using System.Text;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class Cifar100BinaryTests
{
    private const int RecordSize = 3074;
    private const int Train = 5;
    private const int Test = 3;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("")]
    [TestCase("cifar-100-binary")]
    public void Reads_the_folder_or_the_one_that_holds_it(string inner)
    {
        WriteAll(inner);
        var (train, test) = Cifar100Binary.Read(folder.Path, Train, Test);
        Assert.Multiple(() =>
        {
            Assert.That((train.Count, test.Count), Is.EqualTo((Train, Test)));
            Assert.That((train.Name, test.Name), Is.EqualTo(("cifar100 train", "cifar100 test")));
            Assert.That(train.ImageShape, Is.EqualTo(Cifar100Binary.ImageShape));
            Assert.That(train.ClassNames, Is.EqualTo(Cifar100Binary.ClassNames));
        });
    }

    [TestCase(0)]
    [TestCase(4)]
    public void The_class_is_the_fine_label(int index)
    {
        WriteAll("");
        var train = Cifar100Binary.Read(folder.Path, Train, Test).Train;
        Assert.Multiple(() =>
        {
            Assert.That(train.Labels[index], Is.EqualTo(Fine(index)));
            Assert.That(train.Bytes(index).ToArray(), Is.EqualTo(Enumerable.Range(0, 3072).Select(i => Pixel(index, i))));
        });
    }

    [Test]
    public void There_are_a_hundred_names_in_ordinal_order() =>
        Assert.That(Cifar100Binary.ClassNames, Has.Length.EqualTo(100).And.Unique.And.Ordered.Using((IComparer<string>)StringComparer.Ordinal));

    [Test]
    public void A_file_of_class_names_that_agrees_is_taken()
    {
        WriteAll("");
        folder.Write("fine_label_names.txt", Encoding.UTF8.GetBytes(string.Join("\n", Cifar100Binary.ClassNames) + "\n\n"));
        Assert.That(Cifar100Binary.Read(folder.Path, Train, Test).Train.Count, Is.EqualTo(Train));
    }

    [Test]
    public void A_file_of_other_class_names_is_refused()
    {
        WriteAll("");
        folder.Write("fine_label_names.txt", Encoding.UTF8.GetBytes(string.Join("\n", Cifar100Binary.ClassNames).Replace("boy", "girls")));
        Refused.With(Read, "fine_label_names.txt", "found \"girls\" in place of \"boy\"");
    }

    [TestCase(0, 20, "record 2 (offset 6148) has coarse label 20, expected 0 … 19")]
    [TestCase(1, 100, "record 2 (offset 6149) has fine label 100, expected 0 … 99")]
    public void A_label_that_is_no_class_is_refused(int at, byte label, string message)
    {
        WriteAll("");
        var content = File(Train);
        content[(2 * RecordSize) + at] = label;
        Refused.With(Read, folder.Write("train.bin", content), message);
    }

    [Test]
    public void A_class_of_two_coarse_labels_is_refused()
    {
        WriteAll("");
        var content = File(Test);
        content[RecordSize]++;
        Refused.With(
            Read, folder.Write("test.bin", content), $"record 1 gives the class {Cifar100Binary.ClassNames[Fine(1)]} the coarse label",
            $"as in record 1 of {folder["train.bin"]}");
    }

    [Test]
    public void Files_that_have_changed_places_are_refused()
    {
        folder.Write("train.bin", File(Test));
        folder.Write("test.bin", File(Train));
        Refused.With(Read, folder["train.bin"], $"expected {Train * RecordSize} bytes ({Train} records of {RecordSize}), found {Test * RecordSize}");
    }

    [TestCase(0, "in record 0, at byte 0")]
    [TestCase(RecordSize + 100, "in record 1, at byte 100")]
    public void A_truncated_file_is_refused(int length, string message)
    {
        WriteAll("");
        Refused.With(Read, folder.Write("test.bin", File(Test)[..length]), $"found {length}", message);
    }

    [Test]
    public void A_missing_file_is_refused()
    {
        WriteAll("");
        System.IO.File.Delete(folder["test.bin"]);
        Refused.With(Read, folder["test.bin"], "no such file");
    }

    [Test]
    public void The_official_size_is_expected_unless_told_otherwise()
    {
        WriteAll("");
        Refused.With(() => Cifar100Binary.Read(folder.Path), "expected 153700000 bytes (50000 records of 3074)");
    }

    [Test]
    public void A_file_of_another_size_is_a_gap()
    {
        WriteAll("");
        Assert.That(Cifar100Binary.FindGap(folder.Path), Is.EqualTo($"train.bin has {Train * RecordSize} bytes instead of 153700000"));
    }

    private void Read() => Cifar100Binary.Read(folder.Path, Train, Test);

    private void WriteAll(string inner)
    {
        folder.Write(Path.Combine(inner, "train.bin"), File(Train));
        folder.Write(Path.Combine(inner, "test.bin"), File(Test));
    }

    private static byte[] File(int records) =>
        [.. Enumerable.Range(0, records).SelectMany(record =>
            Enumerable.Range(0, 3072).Select(i => Pixel(record, i)).Prepend((byte)Fine(record)).Prepend((byte)(Fine(record) / 5)))];

    private static int Fine(int record) => (17 * record) % 100;

    private static byte Pixel(int record, int i) => (byte)((i * 7) + (record * 101));
}
