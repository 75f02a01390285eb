using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class PytorchArchiveTests
{
    private static PickleWriter Empty => new();

    private static PickleWriter Vector(PickleWriter pickle, string name) =>
        pickle.Text(name).Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op('s');

    private static IEnumerable<TestCaseData> GoldenNames()
    {
        const string name = "resnet20-t4-hard";
        yield return new TestCaseData($"{name}.pth", $"{name}.safetensors");
    }

    [TestCaseSource(nameof(GoldenNames))]
    public void The_golden_archive_equals_its_safetensors(string archive, string safetensors)
    {
        TensorFile read = PytorchArchive.Read(Golden.File(archive));
        List<HostTensor> expected =
            [.. Safetensors.Read(Golden.File(safetensors)).Tensors.Where(tensor => tensor.Name.StartsWith("param.")).Select(tensor => tensor.Renamed(tensor.Name["param.".Length..]))];
        Assert.That(expected, Has.Count.GreaterThan(100));
        Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(expected.Select(tensor => tensor.ToString())));
        Assert.That(read.Tensors.Select(tensor => Convert.ToHexString(tensor.Bytes.Span)), Is.EqualTo(expected.Select(tensor => Convert.ToHexString(tensor.Bytes.Span))));
    }

    [TestCase(new long[] { 2, 3 }, new long[] { 3, 1 }, 0, new[] { 0f, 1, 2, 3, 4, 5 }, TestName = "contiguous")]
    [TestCase(new long[] { 3, 2 }, new long[] { 1, 3 }, 0, new[] { 0f, 3, 1, 4, 2, 5 }, TestName = "transposed")]
    [TestCase(new long[] { 2 }, new long[] { 2 }, 1, new[] { 1f, 3 }, TestName = "every other from 1")]
    [TestCase(new long[] { 3 }, new long[] { 0 }, 5, new[] { 5f, 5, 5 }, TestName = "expanded")]
    [TestCase(new long[] { 2, 1, 2 }, new long[] { 2, long.MaxValue, 1 }, 0, new[] { 0f, 1, 2, 3 }, TestName = "stride of one element")]
    [TestCase(new long[0], new long[0], 4, new[] { 4f }, TestName = "scalar")]
    [TestCase(new long[] { 0, 3 }, new long[] { 3, 1 }, 0, new float[0], TestName = "no elements")]
    public void Views_are_gathered(long[] size, long[] stride, int offset, float[] expected)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor("FloatStorage", "0", 6, offset, size, stride).Op('s');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).ByteOrder("little").Floats("0", 0, 1, 2, 3, 4, 5).Save());
        Assert.That(read["w"].ToFloats(), Is.EqualTo(expected));
        Assert.That(read["w"].Dimensions, Is.EqualTo(size));
    }

    [TestCase("FloatStorage", ElementType.F32)]
    [TestCase("DoubleStorage", ElementType.F64)]
    [TestCase("LongStorage", ElementType.I64)]
    [TestCase("IntStorage", ElementType.I32)]
    [TestCase("ByteStorage", ElementType.U8)]
    [TestCase("BoolStorage", ElementType.Bool)]
    public void Storages_have_their_types(string storage, ElementType type)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor(storage, "0", 1, 0, [1], [1]).Op('s');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Record("net/data/0", [1, .. new byte[type.Bytes() - 1]]).Save());
        Assert.That(read["w"].ElementType, Is.EqualTo(type));
    }

    [TestCase("state_dict")]
    [TestCase("net")]
    [TestCase("model")]
    public void A_training_checkpoint_is_opened(string key)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Op('(').Text("epoch").Number(-3).Text("best").Op('G').Raw(new byte[8]).Text("notes").Op(']').Op('N').Op('a')
            .Text(key);
        Vector(pickle.OrderedDict(), "module.fc.weight").Op('u');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(new[] { "fc.weight: F32 [2]" }));
    }

    [Test]
    public void The_prefix_stays_where_not_every_name_has_it()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Vector(Vector(Empty.OrderedDict(), "module.a"), "b");
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read.Tensors.Select(tensor => tensor.Name), Is.EqualTo(new[] { "module.a", "b" }));
    }

    [Test]
    public void Module_versions_are_passed_over()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Vector(Empty.OrderedDict(), "w").Op('}').Text("_metadata").OrderedDict().Op('s').Op('b');
        Assert.That(PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save())["w"].Count, Is.EqualTo(2));
    }

    [Test]
    public void Parameters_are_tensors()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Global("torch._utils", "_rebuild_parameter").Op('(')
            .Tensor("FloatStorage", "0", 2, 0, [2], [1]).Raw(0x88).OrderedDict().Op('t').Op('R').Op('s');
        Assert.That(PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save())["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
    }

    [Test]
    public void Protocol_4_is_read()
    {
        using var folder = new TemporaryFolder();
        // FRAME, the names of a global as short strings, MEMOIZE, BINGET.
        PickleWriter pickle = Empty.Raw(0x80, 4).Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0).Raw(0x8c, 11).Raw("collections"u8.ToArray()).Raw(0x94).Raw(0x8c, 11)
            .Raw("OrderedDict"u8.ToArray()).Raw(0x93).Raw(0x94).Op(')').Op('R').Raw((byte)'h', 1).Op(')').Op('R').Raw(0x85).Op('0');
        Assert.That(
            () => PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Save()),
            Throws.TypeOf<BadInputException>().With.Message.Contains("opcode POP is refused"));
    }

    private static IEnumerable<TestCaseData> HostilePickles()
    {
        PickleWriter Value() => Empty.OrderedDict().Text("w");
        yield return new TestCaseData(Empty.Global("os", "system").Text("true").Raw(0x85).Op('R'), "pickle offset 2: global os.system is refused").SetName("os.system");
        yield return new TestCaseData(Empty.Global("builtins", "eval"), "global builtins.eval is refused").SetName("builtins.eval");
        yield return new TestCaseData(Empty.Text("posix").Text("system").Raw(0x93), "global posix.system is refused").SetName("STACK_GLOBAL");
        yield return new TestCaseData(Empty.Global("torch", "HalfStorage"), "global torch.HalfStorage is refused").SetName("half precision");
        yield return new TestCaseData(Empty.Global("torch", "FloatStorage").Op(')').Op('R'), "REDUCE is refused on torch.FloatStorage").SetName("REDUCE on a storage");
        yield return new TestCaseData(Empty.Text("print").Op(')').Op('R'), "REDUCE is refused on 'print'").SetName("REDUCE on text");
        yield return new TestCaseData(Empty.Global("collections", "OrderedDict").Number(1).Raw(0x85).Op('R'), "REDUCE is refused on collections.OrderedDict with (1)").SetName("OrderedDict with items");
        yield return new TestCaseData(Empty.Op('(').Op('i').Raw("os\nsystem\n"u8.ToArray()), "opcode INST is refused").SetName("INST");
        yield return new TestCaseData(Empty.Op('(').Op('o'), "opcode OBJ is refused").SetName("OBJ");
        yield return new TestCaseData(Empty.OrderedDict().Op(')').Raw(0x81), "opcode NEW_OBJ is refused").SetName("NEWOBJ");
        yield return new TestCaseData(Empty.Raw(0x82, 1), "opcode EXT1 is refused").SetName("EXT1");
        yield return new TestCaseData(Empty.Raw(0xff), "pickle offset 2: opcode 0xff is refused").SetName("no opcode");
        yield return new TestCaseData(Empty.Op('P').Raw("x\n"u8.ToArray()), "opcode PERS_ID is refused").SetName("PERSID");
        yield return new TestCaseData(Empty.OrderedDict().Op('}').Text("__class__").Number(1).Op('s').Op('b'), "opcode BUILD is refused").SetName("BUILD of another attribute");
        yield return new TestCaseData(Empty.Number(1).Op('}').Op('b'), "opcode BUILD is refused").SetName("BUILD on a number");
        yield return new TestCaseData(Empty.Raw((byte)'h', 7), "memo 7 is used before it is set").SetName("memo");
        yield return new TestCaseData(Empty.Op('t'), "opcode TUPLE: there is no mark").SetName("TUPLE without MARK");
        yield return new TestCaseData(Empty.Op('('), "ends with other than one object").SetName("MARK left");
        yield return new TestCaseData(Empty, "ends with other than one object").SetName("nothing left");
        yield return new TestCaseData(Empty.Number(1).Op('(').Raw(0x85), "expected 1 objects on the stack, found 0").SetName("below the mark");
        yield return new TestCaseData(Empty.Raw(0x80, 6), "expected pickle protocol 2 to 5, found 6").SetName("protocol 6");
        yield return new TestCaseData(Empty.Raw(0x8a, 9).Raw(new byte[9]), "at most 8 bytes, found 9").SetName("huge number");
        yield return new TestCaseData(Empty.Op('X').Raw(255, 255, 255, 255), "the pickle is cut short: expected 4294967295 more bytes").SetName("string past the end");
        yield return new TestCaseData(Empty.Op('X').Raw(1, 0, 0, 0, 0xff), "not valid UTF-8").SetName("string no UTF-8");
        yield return new TestCaseData(Empty.Op('c').Raw("os"u8.ToArray()), "a global's name has no end").SetName("global past the end");
        yield return new TestCaseData(Empty.Op('}').Op('.'), "1 bytes follow the end").SetName("bytes after the end");
        yield return new TestCaseData(Empty.Op('}').Op('N').Op('N').Op('s'), "as dictionary key, found None").SetName("key None");
        yield return new TestCaseData(Empty.Op('N').Number(1).Number(2).Op('s'), "items are set on something that is no dictionary").SetName("SETITEM on None");
        yield return new TestCaseData(Empty.Op('N').Number(1).Op('a'), "appended to something that is no list").SetName("APPEND on None");
        yield return new TestCaseData(Empty.Number(1).Op('Q'), "expected a persistent id").SetName("persistent id");
        yield return new TestCaseData(Value().Storage("FloatStorage", "0", -1), "expected a persistent id").SetName("storage of negative length");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [-1], [1]).Op('s'), "from 0 as size and stride, found -1").SetName("negative size");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [2], [-1]).Op('s'), "from 0 as size and stride, found -1").SetName("negative stride");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, new long[65], new long[65]).Op('s'), "at most 64 dimensions").SetName("65 dimensions");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 1, [2], [1]).Op('s'), "does not fit its storage of 2 elements").SetName("past the storage");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, -1, [1], [1]).Op('s'), "does not fit its storage").SetName("before the storage");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [2], [long.MaxValue]).Op('s'), "does not fit its storage").SetName("overflowing stride");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [2], []).Op('s'), "1 dimensions but 0 strides").SetName("strides missing");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [long.MaxValue, 4], [0, 0]).Op('s'), "is larger than").SetName("overflowing size");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 2, 0, [100_000_000], [0]).Op('s'), "more than 16 times as large as the file").SetName("expanded bomb");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "0", 3, 0, [2], [1]).Op('s'), "expected 12 bytes (3 × F32), found 8").SetName("storage shorter than said");
        yield return new TestCaseData(Value().Tensor("BoolStorage", "0", 8, 0, [8], [1]).Op('s'), "expected bool bytes 0 or 1").SetName("bool of 63");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "9", 2, 0, [2], [1]).Op('s'), "record 'net/data/9' is missing").SetName("storage missing");
        yield return new TestCaseData(Value().Tensor("FloatStorage", "../data.pkl", 2, 0, [2], [1]).Op('s'), "record 'net/data/../data.pkl' is missing").SetName("storage elsewhere");
        yield return new TestCaseData(Value().Number(1).Op('s'), "'w' is no tensor").SetName("no tensor");
        yield return new TestCaseData(Empty.Op(']'), "expected a dictionary of tensors").SetName("no dictionary");
    }

    [TestCaseSource(nameof(HostilePickles))]
    public void Hostile_pickles_are_refused_by_name(object pickle, string message)
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle((PickleWriter)pickle).Floats("0", 1, 2).Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.StartsWith(path).And.Message.Contains(message));
    }

    [Test]
    public void A_dictionary_that_holds_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Raw((byte)'q', 0).Text("net").Raw((byte)'h', 0).Op('s');
        Assert.That(() => PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Save()), Throws.TypeOf<BadInputException>().With.Message.Contains("'net' is no tensor"));
    }

    [Test]
    public void A_compressed_storage_is_refused()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor("FloatStorage", "0", 1 << 20, 0, [1 << 20], [1]).Op('s');
        string path = new PthFile(folder).Pickle(pickle).Record("net/data/0", new byte[4 << 20], System.IO.Compression.CompressionLevel.SmallestSize).Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.Contains("'net/data/0' is compressed"));
    }

    [Test]
    public void A_compressed_pickle_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Record("net/data.pkl", new byte[1 << 20], System.IO.Compression.CompressionLevel.SmallestSize).Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.Contains("'net/data.pkl' is compressed"));
    }

    [Test]
    public void Big_endian_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Empty.Op('}')).ByteOrder("big").Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.Contains("expected little, found 'big'"));
    }

    [Test]
    public void A_record_that_is_there_twice_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Empty.Op('}')).Pickle(Empty.Op('}')).Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.Contains("'net/data.pkl' is there twice"));
    }

    [Test]
    public void A_zip_of_something_else_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Record("readme.txt", [1]).Save();
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>().With.Message.Contains("expected one record 'name/data.pkl', found 0"));
    }

    [Test]
    public void A_legacy_file_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        byte[] start = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
        File.WriteAllBytes(folder.File("old.pth"), start);
        Assert.That(() => PytorchArchive.Read(folder.File("old.pth")), Throws.TypeOf<BadInputException>().With.Message.Contains("before PyTorch 1.6"));
    }

    [TestCase(0)]
    [TestCase(100)]
    public void A_file_that_is_no_zip_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.pth"), new byte[length]);
        Assert.That(() => PytorchArchive.Read(folder.File("a.pth")), Throws.TypeOf<BadInputException>().With.Message.Contains("not a PyTorch file"));
    }

    // Every eighth is enough to cut each part of the archive: records, central directory, end record.
    [Test]
    public void A_cut_file_is_refused([Range(0, 7)] int eighths)
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Vector(Empty.OrderedDict(), "w")).Floats("0", 1, 2).Save();
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length * eighths / 8)]);
        Assert.That(() => PytorchArchive.Read(path), Throws.TypeOf<BadInputException>());
    }
}
