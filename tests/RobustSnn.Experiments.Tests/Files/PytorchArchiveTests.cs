using RobustSnn.Conformance.Tests.Golden;
using System.IO.Compression;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class PytorchArchiveTests
{
    private static PickleWriter Empty => new();

    private static string Hexadecimal(HostTensor tensor) => Convert.ToHexString(tensor.Bytes.Span);

    private static PickleWriter Vector(PickleWriter pickle, string name) =>
        pickle.Text(name).Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op('s');

    // As numpy 1's float64(83.2) is pickled: two refused globals, REDUCE on each, and BUILD.
    private static PickleWriter NumpyScalar(PickleWriter pickle) =>
        pickle.Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Text("f8").Raw(0x89, 0x88, 0x87).Op('R')
            .Numbers(3, -1, 0).Op('b').Global("_codecs", "encode").Text("bytes").Text("latin1").Raw(0x86).Op('R').Raw(0x86).Op('R');

    private static IEnumerable<TestCaseData> GoldenNames()
    {
        const string name = "resnet20-t4-hard";
        yield return new TestCaseData($"{name}.pth", $"{name}.safetensors");
    }

    [TestCaseSource(nameof(GoldenNames))]
    public void The_golden_archive_equals_its_safetensors(string archive, string safetensors)
    {
        TensorFile read = PytorchArchive.Read(GoldenFolders.Require(archive));
        const string prefix = "param.";
        List<HostTensor> expected =
        [
            .. Safetensors.Read(GoldenFolders.Require(safetensors)).Tensors
                .Where(tensor => tensor.Name.StartsWith(prefix))
                .Select(tensor => tensor.Renamed(tensor.Name[prefix.Length..])),
        ];
        Assert.That(expected, Has.Count.GreaterThan(100));
        Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(expected.Select(tensor => tensor.ToString())));
        Assert.That(read.Tensors.Select(Hexadecimal), Is.EqualTo(expected.Select(Hexadecimal)));
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
    [TestCase("HalfStorage", ElementType.F16)]
    [TestCase("BFloat16Storage", ElementType.BF16)]
    [TestCase("LongStorage", ElementType.I64)]
    [TestCase("IntStorage", ElementType.I32)]
    [TestCase("ByteStorage", ElementType.U8)]
    [TestCase("BoolStorage", ElementType.Bool)]
    public void Storages_have_their_types(string storage, ElementType type)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor(storage, "0", 1, 0, [1], [1]).Op('s');
        byte[] one = [1, .. new byte[type.Bytes() - 1]];
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Record("net/data/0", one).Save());
        Assert.That(read["w"].ElementType, Is.EqualTo(type));
    }

    [TestCase("state_dict")]
    [TestCase("net")]
    [TestCase("model")]
    public void A_training_checkpoint_is_opened(string key)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Op('(').Text("epoch").Number(-3).Text("best").Op('G').Raw(new byte[8])
            .Text("notes").Op(']').Op('N').Op('a').Text(key);
        Vector(pickle.OrderedDict(), "module.fc.weight").Op('u');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(new[] { "fc.weight: F32 [2]" }));
    }

    [Test]
    public void What_stands_beside_the_state_dict_is_named()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Op('(').Text("epoch").Number(3).Text("state_dict");
        Vector(pickle.OrderedDict(), "w");
        NumpyScalar(pickle.Text("best_acc"));
        Vector(pickle.Text("optimizer").Op('}'), "state");
        // argparse's arguments are made by NEWOBJ and BUILD.
        pickle.Text("args").Global("argparse", "Namespace").Op(')').Raw(0x81).Op('}').Text("lr").Op('N').Op('s').Op('b').Op('u');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(new[] { "w: F32 [2]" }));
        Assert.That(
            read.LeftOut, Is.EqualTo(new[] { "epoch", "best_acc (numpy.core.multiarray.scalar)", "optimizer", "args (argparse.Namespace)" }));
    }

    [Test]
    public void A_state_dict_is_found_two_dictionaries_down()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Text("model").Op('}').Op('(').Text("step").Number(1).Text("state_dict");
        Vector(pickle.OrderedDict(), "w").Op('u').Op('s');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
        Assert.That(read.LeftOut, Is.EqualTo(new[] { "step" }));
    }

    [Test]
    public void Tied_weights_are_read_once_and_share_their_bytes([Values] bool sameObject)
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict();
        const int count = 4 << 20;
        for (int i = 0; i < 40; i++)
        {
            pickle.Text($"layer{i}.weight");
            _ = sameObject && i > 0
                ? pickle.Raw((byte)'h', 9)
                : pickle.Tensor("FloatStorage", "0", count, 0, [2048, 2048], [2048, 1]).Raw((byte)'q', 9);
            pickle.Op('s');
        }

        string path = new PthFile(folder).Pickle(pickle).Record("net/data/0", new byte[4 * count]).Save();
        TensorFile read = PytorchArchive.Read(path);
        Assert.That(read.Tensors, Has.Count.EqualTo(40));
        Assert.That(read.Tensors.Select(tensor => tensor.Bytes).Distinct().Count(), Is.EqualTo(1));
        Assert.That(read["layer39.weight"].Dimensions, Is.EqualTo(new[] { 2048, 2048 }));
    }

    [Test]
    public void Other_views_of_a_tied_storage_have_their_own_elements()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("a").Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1]).Op('s')
            .Text("transposed").Tensor("FloatStorage", "0", 4, 0, [2, 2], [1, 2]).Op('s')
            .Text("flat").Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op('s')
            .Text("second").Tensor("FloatStorage", "0", 4, 2, [2], [1]).Op('s');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2, 3, 4).Save());
        Assert.That(read["a"].ToFloats(), Is.EqualTo(new[] { 1f, 2, 3, 4 }));
        Assert.That(read["transposed"].ToFloats(), Is.EqualTo(new[] { 1f, 3, 2, 4 }));
        Assert.That(read["flat"].Dimensions, Is.EqualTo(new[] { 4 }));
        Assert.That(read["second"].ToFloats(), Is.EqualTo(new[] { 3f, 4 }));
    }

    [Test]
    public void A_small_file_may_expand_one_element()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor("FloatStorage", "0", 1, 0, [512, 512, 3, 3], [0, 0, 0, 0]).Op('s');
        float[] read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 7).Save())["w"].ToFloats();
        Assert.That(Array.TrueForAll(read, value => value == 7), Is.True);
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
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Floats("0", 1, 2).Save());
        Assert.That(read["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
    }

    [Test]
    public void Protocol_4_is_read()
    {
        using var folder = new TemporaryFolder();
        // FRAME, the names of a global as short strings, MEMOIZE, BINGET.
        PickleWriter pickle = Empty.Raw(0x80, 4).Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0).Raw(0x8c, 11).Raw("collections"u8.ToArray()).Raw(0x94)
            .Raw(0x8c, 11).Raw("OrderedDict"u8.ToArray()).Raw(0x93).Raw(0x94).Op(')').Op('R')
            .Op('}').Text("_metadata").Raw((byte)'h', 1).Op(')').Op('R').Op('s').Op('b');
        TensorFile read = PytorchArchive.Read(new PthFile(folder).Pickle(Vector(pickle, "w")).Floats("0", 1, 2).Save());
        Assert.That(read["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
    }

    [FsCheck.NUnit.Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Damaged_pickles_are_read_or_refused(int seed)
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = Damage.Of(Vector(Vector(Empty.OrderedDict(), "v"), "w").ToArray(), seed);
        string path = new PthFile(folder).Record("net/data.pkl", pickle).Floats("0", 1, 2).Save();
        Damage.ReadOrRefuse(() => PytorchArchive.Read(path));
    }

    [FsCheck.NUnit.Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Damaged_archives_are_read_or_refused(int seed)
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Vector(Empty.OrderedDict(), "w")).ByteOrder("little").Floats("0", 1, 2).Save();
        File.WriteAllBytes(path, Damage.Of(File.ReadAllBytes(path), seed));
        Damage.ReadOrRefuse(() => PytorchArchive.Read(path));
    }

    private static IEnumerable<TestCaseData> HostilePickles()
    {
        static PickleWriter Value() => Empty.OrderedDict().Text("w");
        static PickleWriter View(long count, long offset, long[] size, long[] stride) =>
            Value().Tensor("FloatStorage", "0", count, offset, size, stride).Op('s');
        static TestCaseData Case(string name, PickleWriter pickle, string message) => new TestCaseData(pickle, message).SetName(name);

        yield return Case(
            "os.system",
            Empty.Global("os", "system").Text("true").Raw(0x85).Op('R'),
            "pickle offset 2: global os.system is refused");
        yield return Case("builtins.eval", Empty.Global("builtins", "eval"), "global builtins.eval is refused");
        yield return Case("STACK_GLOBAL", Empty.Text("posix").Text("system").Raw(0x93), "global posix.system is refused");
        yield return Case("signed bytes", Empty.Global("torch", "CharStorage"), "global torch.CharStorage is refused");
        yield return Case(
            "REDUCE on a storage",
            Empty.Global("torch", "FloatStorage").Op(')').Op('R'),
            "REDUCE is refused on torch.FloatStorage");
        yield return Case("REDUCE on text", Empty.Text("print").Op(')').Op('R'), "REDUCE is refused on 'print'");
        yield return Case(
            "OrderedDict with items",
            Empty.Global("collections", "OrderedDict").Number(1).Raw(0x85).Op('R'),
            "REDUCE is refused on collections.OrderedDict with (1)");
        yield return Case("INST", Empty.Op('(').Op('i').Raw("os\nsystem\n"u8.ToArray()), "opcode INST is refused");
        yield return Case("OBJ", Empty.Op('(').Op('o'), "opcode OBJ is refused");
        yield return Case("NEWOBJ", Empty.OrderedDict().Op(')').Raw(0x81), "opcode NEWOBJ is refused");
        yield return Case("EXT1", Empty.Raw(0x82, 1), "opcode EXT1 is refused");
        yield return Case("no opcode", Empty.Raw(0xff), "pickle offset 2: opcode 0xff is refused");
        yield return Case("PERSID", Empty.Op('P').Raw("x\n"u8.ToArray()), "opcode PERSID is refused");
        yield return Case(
            "BUILD of another attribute",
            Empty.OrderedDict().Op('}').Text("__class__").Number(1).Op('s').Op('b'),
            "opcode BUILD is refused");
        yield return Case("BUILD on a number", Empty.Number(1).Op('}').Op('b'), "opcode BUILD is refused");
        yield return Case("memo", Empty.Raw((byte)'h', 7), "memo 7 is used before it is set");
        yield return Case("TUPLE without MARK", Empty.Op('t'), "opcode TUPLE: there is no mark");
        yield return Case("MARK left", Empty.Op('('), "ends with other than one object");
        yield return Case("nothing left", Empty, "ends with other than one object");
        yield return Case("below the mark", Empty.Number(1).Op('(').Raw(0x85), "expected 1 objects on the stack, found 0");
        yield return Case("protocol 6", Empty.Raw(0x80, 6), "expected pickle protocol 2 to 5, found 6");
        yield return Case("huge number", Empty.Raw(0x8a, 9).Raw(new byte[9]), "at most 8 bytes, found 9");
        yield return Case(
            "string past the end",
            Empty.Op('X').Raw(255, 255, 255, 255),
            "the pickle is cut short: expected 4294967295 more bytes");
        yield return Case("string no UTF-8", Empty.Op('X').Raw(1, 0, 0, 0, 0xff), "not valid UTF-8");
        yield return Case("global past the end", Empty.Op('c').Raw("os"u8.ToArray()), "a global's name has no end");
        yield return Case("bytes after the end", Empty.Op('}').Op('.'), "1 bytes follow the end");
        yield return Case("key None", Empty.Op('}').Op('N').Op('N').Op('s'), "as dictionary key, found None");
        yield return Case("SETITEM on None", Empty.Op('N').Number(1).Number(2).Op('s'), "items are set on something that is no dictionary");
        yield return Case("APPEND on None", Empty.Op('N').Number(1).Op('a'), "appended to something that is no list");
        yield return Case("persistent id", Empty.Number(1).Op('Q'), "expected a persistent id");
        yield return Case("storage of negative length", Value().Storage("FloatStorage", "0", -1), "expected a persistent id");
        yield return Case("negative size", View(2, 0, [-1], [1]), "from 0 as size and stride, found -1");
        yield return Case("negative stride", View(2, 0, [2], [-1]), "from 0 as size and stride, found -1");
        yield return Case("65 dimensions", View(2, 0, new long[65], new long[65]), "at most 64 dimensions");
        yield return Case("past the storage", View(2, 1, [2], [1]), "does not fit its storage of 2 elements");
        yield return Case("before the storage", View(2, -1, [1], [1]), "does not fit its storage");
        yield return Case("overflowing stride", View(2, 0, [2], [long.MaxValue]), "does not fit its storage");
        yield return Case("strides missing", View(2, 0, [2], []), "1 dimensions but 0 strides");
        yield return Case("overflowing size", View(2, 0, [long.MaxValue, 4], [0, 0]), "is larger than");
        yield return Case("expanded bomb", View(2, 0, [100_000_000], [0]), "more than 16 times as large as the file");
        yield return Case("storage shorter than said", View(3, 0, [2], [1]), "expected 12 bytes (3 × F32), found 8");
        yield return Case("bool of 63", Value().Tensor("BoolStorage", "0", 8, 0, [8], [1]).Op('s'), "expected bool bytes 0 or 1");
        yield return Case("storage missing", Value().Tensor("FloatStorage", "9", 2, 0, [2], [1]).Op('s'), "record 'net/data/9' is missing");
        yield return Case(
            "storage elsewhere",
            Value().Tensor("FloatStorage", "../data.pkl", 2, 0, [2], [1]).Op('s'),
            "record 'net/data/../data.pkl' is missing");
        yield return Case(
            "expanded bombs",
            View(2, 0, [10_000_000], [0]).Text("v").Tensor("FloatStorage", "0", 2, 1, [10_000_000], [0]).Op('s'),
            "tensor 'v': what the file describes is more than 16 times as large as the file, and more than 64 MiB");
        yield return Case(
            "numpy scalar among the tensors",
            NumpyScalar(Value()).Op('s'),
            "key 'w' holds numpy.core.multiarray.scalar, which is not read. Save the state_dict alone");
        yield return Case("tensor of signed bytes", Value().Tensor("CharStorage", "0", 2, 0, [2], [1]).Op('s'), "key 'w' holds torch.CharStorage");
        yield return Case(
            "state_dict of another class",
            Empty.Op('}').Text("state_dict").Global("my", "Dictionary").Op(')').Op('R').Text("w").Number(1).Op('s').Op('s'),
            "key 'state_dict' holds my.Dictionary, which is not read");
        yield return Case(
            "whole model",
            Empty.Global("my", "Network").Op(')').Raw(0x81).Op('}').Text("training").Raw(0x88).Op('s').Op('b'),
            "global my.Network is refused");
        yield return Case("no tensor", Value().Number(1).Op('s'), "'w' is no tensor");
        yield return Case("no dictionary", Empty.Op(']'), "expected a dictionary of tensors");
    }

    [TestCaseSource(nameof(HostilePickles))]
    public void Hostile_pickles_are_refused_by_name(object pickle, string message)
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle((PickleWriter)pickle).Floats("0", 1, 2).Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.At(path, message));
    }

    [Test]
    public void A_dictionary_that_holds_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.Op('}').Raw((byte)'q', 0).Text("net").Raw((byte)'h', 0).Op('s');
        Assert.That(() => PytorchArchive.Read(new PthFile(folder).Pickle(pickle).Save()), Refuses.Saying("'net' is no tensor"));
    }

    [Test]
    public void A_compressed_storage_is_refused()
    {
        using var folder = new TemporaryFolder();
        PickleWriter pickle = Empty.OrderedDict().Text("w").Tensor("FloatStorage", "0", 1 << 20, 0, [1 << 20], [1]).Op('s');
        string path = new PthFile(folder).Pickle(pickle).Record("net/data/0", new byte[4 << 20], CompressionLevel.SmallestSize).Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.Saying("'net/data/0' is compressed"));
    }

    [Test]
    public void A_compressed_pickle_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Record("net/data.pkl", new byte[1 << 20], CompressionLevel.SmallestSize).Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.Saying("'net/data.pkl' is compressed"));
    }

    [Test]
    public void Big_endian_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Empty.Op('}')).ByteOrder("big").Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.Saying("expected little, found 'big'"));
    }

    [Test]
    public void A_record_that_is_there_twice_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Pickle(Empty.Op('}')).Pickle(Empty.Op('}')).Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.Saying("'net/data.pkl' is there twice"));
    }

    [Test]
    public void A_zip_of_something_else_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new PthFile(folder).Record("readme.txt", [1]).Save();
        Assert.That(() => PytorchArchive.Read(path), Refuses.Saying("expected one record 'name/data.pkl', found 0"));
    }

    [TestCase(0)]
    [TestCase(100)]
    public void A_file_that_is_no_zip_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.pth"), new byte[length]);
        Assert.That(() => PytorchArchive.Read(folder.File("a.pth")), Refuses.Saying("not a PyTorch file"));
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
