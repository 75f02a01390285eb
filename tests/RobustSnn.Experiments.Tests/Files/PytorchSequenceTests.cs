using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Files of torch.save before PyTorch 1.6, honest and others.</summary>
[TestFixture]
public sealed class PytorchSequenceTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Tensors_are_read_with_what_is_beside_them()
    {
        PickleWriter root = new PickleWriter().Op('}').Op('(').Text("epoch").Number(3).Text("state_dict").OrderedDict().Op('(');
        root = View(root.Text("module.b"), "FloatStorage", "7", 3, [2]);
        root = View(root.Text("module.a"), "LongStorage", "9", 2, [2]);
        TensorFile read = PytorchArchive.Read(Save(root.Op('u').Op('u'), Keys("9", "7"), Longs(2, 5, 6), [.. Count(3), .. Floats(1, 2, 3)]));
        Assert.That(read["b"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }), "a view of the first two of three");
        Assert.That(read["a"].ToLongs(), Is.EqualTo(new[] { 5L, 6 }));
        Assert.That(read.LeftOut, Is.EqualTo(new[] { "epoch" }));
    }

    [Test]
    public void Tensors_of_before_PyTorch_0_4_are_read()
    {
        PickleWriter root = new PickleWriter().OrderedDict().Text("w").Global("torch._utils", "_rebuild_tensor").Op('(');
        root = Storage(root, "FloatStorage", "1", 2).Number(0).Numbers(2).Numbers(1).Op('t').Op('R').Op('s');
        Assert.That(PytorchArchive.Read(Save(root, Keys("1"), Pair))["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
    }

    [Test]
    public void Another_version_is_refused() => AssertRefused(
        Bytes(new PickleWriter().Number(1002), Machine(true), Root, Keys("1"), Pair), "expected version 1001 of the format of torch.save before PyTorch 1.6");

    [Test]
    public void Big_endian_files_are_refused() =>
        AssertRefused(Bytes(Version, Machine(false), Root, Keys("1"), Pair), "save the file again on a little-endian machine");

    [Test]
    public void Keys_that_are_no_list_are_refused() =>
        AssertRefused(Bytes(Version, Machine(true), Root, new PickleWriter().Number(1), Pair), "expected the list of the storages' keys");

    [Test]
    public void A_storage_that_nothing_names_is_refused() => AssertRefused(
        Bytes(Version, Machine(true), Root, Keys("2", "1"), Pair), "storage '2' expected elements of F32", "save the state_dict alone");

    [Test]
    public void A_storage_without_elements_is_refused() => AssertRefused(
        Bytes(Version, Machine(true), Root, Keys()), "storage '1' is missing");

    [Test]
    public void A_storage_that_is_there_twice_is_refused() => AssertRefused(
        Bytes(Version, Machine(true), Root, Keys("1", "1"), [.. Pair, .. Pair]), "storage '1' expected once");

    [Test]
    public void A_storage_of_two_kinds_is_refused()
    {
        PickleWriter root = View(View(new PickleWriter().OrderedDict().Op('(').Text("v"), "FloatStorage", "1", 2, [2]).Text("w"), "LongStorage", "1", 2, [2]);
        AssertRefused(Bytes(Version, Machine(true), root.Op('u'), Keys("1"), Pair), "storage '1' expected one kind of elements, found F32 and I64");
    }

    [TestCase(3)]
    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public void More_elements_than_the_file_has_are_refused(long count) => AssertRefused(
        Bytes(Version, Machine(true), Root, Keys("1"), [.. Count(count), .. Floats(1, 2)]), "storage '1' expected once, with all its elements");

    [Test]
    public void Fewer_elements_than_the_tensor_needs_are_refused() => AssertRefused(
        Bytes(Version, Machine(true), Root, Keys("1"), [.. Count(1), .. Floats(1)]), "tensor 'w': storage '1': expected 8 bytes (2 × F32), found 4");

    [Test]
    public void Bytes_behind_the_last_storage_are_refused() =>
        AssertRefused(Bytes(Version, Machine(true), Root, Keys("1"), [.. Pair, 0]), "1 bytes follow the last storage");

    [Test]
    public void A_part_of_a_storage_is_refused()
    {
        PickleWriter root = new PickleWriter().OrderedDict().Text("w").Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Op('(').Text("storage").Global("torch", "FloatStorage").Text("1").Text("cpu").Number(2).Numbers(0, 1).Op('t').Op('Q');
        AssertRefused(Bytes(Version, Machine(true), root, Keys("1"), Pair), "expected a persistent id");
    }

    [Test]
    public void Whatever_would_be_run_is_refused() => AssertRefused(
        Bytes(Version, Machine(true), new PickleWriter().Global("os", "system").Text("true").Raw(0x85).Op('R'), Keys()), "global os.system is refused");

    [Test]
    public void A_cut_file_is_refused([Range(0, 15)] int sixteenths)
    {
        byte[] bytes = Bytes(Version, Machine(true), Root, Keys("1"), Pair);
        AssertRefused(bytes[..(bytes.Length * sixteenths / 16)]);
    }

    [FsCheck.NUnit.Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Damaged_files_are_read_or_refused(int seed)
    {
        string path = folder.File("damaged.pth");
        File.WriteAllBytes(path, Damage.Of(Bytes(Version, Machine(true), Root, Keys("1"), Pair), seed));
        Damage.ReadOrRefuse(() => PytorchArchive.Read(path));
    }

    private static PickleWriter Version => new PickleWriter().Number(1001);

    /// <summary>A state_dict of w, two floats.</summary>
    private static PickleWriter Root => View(new PickleWriter().OrderedDict().Text("w"), "FloatStorage", "1", 2, [2]).Op('s');

    private static byte[] Pair => [.. Count(2), .. Floats(1, 2)];

    private static PickleWriter Machine(bool isLittleEndian) =>
        new PickleWriter().Op('}').Text("little_endian").Raw((byte)(isLittleEndian ? 0x88 : 0x89)).Op('s');

    private static PickleWriter Keys(params string[] keys)
    {
        PickleWriter list = new PickleWriter().Op(']').Op('(');
        foreach (string key in keys)
        {
            list.Text(key);
        }

        return list.Op('e');
    }

    private static PickleWriter View(PickleWriter pickle, string type, string key, long count, long[] size) =>
        Storage(pickle.Global("torch._utils", "_rebuild_tensor_v2").Op('('), type, key, count)
            .Number(0).Numbers(size).Numbers(1).Raw(0x89).OrderedDict().Op('t').Op('R');

    private static PickleWriter Storage(PickleWriter pickle, string type, string key, long count) =>
        pickle.Op('(').Text("storage").Global("torch", type).Text(key).Text("cuda:0").Number(count).Op('N').Op('t').Op('Q');

    private static byte[] Count(long count) => BitConverter.GetBytes(count);

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Longs(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Bytes(PickleWriter version, PickleWriter machine, PickleWriter root, PickleWriter keys, params byte[] storages) =>
        [.. PytorchSequence.MagicNumber, .. version.ToArray(), .. machine.ToArray(), .. root.ToArray(), .. keys.ToArray(), .. storages];

    private string Save(PickleWriter root, PickleWriter keys, params byte[][] storages)
    {
        File.WriteAllBytes(folder.File("a.pth"), Bytes(Version, Machine(true), root, keys, [.. storages.SelectMany(storage => storage)]));
        return folder.File("a.pth");
    }

    private void AssertRefused(byte[] bytes, params string[] sayings)
    {
        File.WriteAllBytes(folder.File("a.pth"), bytes);
        Assert.That(() => PytorchArchive.Read(folder.File("a.pth")), Refuses.At(folder.File("a.pth"), sayings));
    }
}
