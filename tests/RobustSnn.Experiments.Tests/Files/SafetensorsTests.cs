using RobustSnn.Conformance.Tests.Golden;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text;
using FsCheck.Fluent;
using FsCheck;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class SafetensorsTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private static readonly string[] Names = ["features.0.weight", "v_th", "\"quoted\"", "naïve μ", "a/b\\c", "x", "", "z\n"];

    private static readonly Gen<HostTensor> Tensors =
        from type in Gen.Elements(Enum.GetValues<ElementType>())
        from dimensions in Gen.Choose(0, 4).ArrayOf().Where(sizes => sizes.Length < 4)
        from seed in Gen.Choose(0, 1000)
        select new HostTensor("", type, dimensions, Bytes(type, dimensions.Aggregate(1, (a, b) => a * b), seed));

    private static byte[] Elements(HostTensor tensor) => tensor.Bytes.ToArray();

    private static byte[] Bytes(ElementType type, int count, int seed)
    {
        var bytes = new byte[count * type.Bytes()];
        new System.Random(seed).NextBytes(bytes);
        return type == ElementType.Bool ? Array.ConvertAll(bytes, value => (byte)(value & 1)) : bytes;
    }

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public Property What_is_written_is_read() => Prop.ForAll(
        Tensors.ArrayOf().Select(list => list.Take(Names.Length).Select((tensor, i) => tensor.Renamed(Names[i])).ToArray()).ToArbitrary(),
        tensors =>
        {
            using var folder = new TemporaryFolder();
            string path = folder.File("a.safetensors");
            var metadata = new Dictionary<string, string> { ["T"] = "8", ["text"] = "line\n\"quote\" ε" };
            Safetensors.Write(path, tensors, metadata);
            TensorFile read = Safetensors.Read(path);
            Assert.That(read.Metadata, Is.EquivalentTo(metadata));
            Assert.That(read.Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(tensors.Select(tensor => tensor.ToString())));
            Assert.That(read.Tensors.Select(Elements), Is.EqualTo(tensors.Select(Elements)));
            return true;
        });

    [Test]
    public void The_elements_begin_at_a_multiple_of_8([Range(1, 9)] int nameLength)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        Safetensors.Write(path, [HostTensor.FromFloats(new string('n', nameLength), [1], [1])], NoMetadata);
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(path)) % 8, Is.Zero);
    }

    [Test]
    public void The_same_input_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        HostTensor[] tensors = [HostTensor.FromFloats("w", [1], [1])];
        Safetensors.Write(folder.File("a"), tensors, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        Safetensors.Write(folder.File("b"), tensors, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        Assert.That(File.ReadAllBytes(folder.File("a")), Is.EqualTo(File.ReadAllBytes(folder.File("b"))));
    }

    [Test]
    public void The_bytes_are_those_of_the_format()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a");
        Safetensors.Write(path, [new HostTensor("w", ElementType.U8, [2], [7, 9])], new Dictionary<string, string> { ["k"] = "v" });
        const string header = """{"__metadata__":{"k":"v"},"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        int padded = (header.Length + 7) / 8 * 8;
        byte[] expected = [(byte)padded, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(header.PadRight(padded)), 7, 9];
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(expected));
    }

    [Test]
    public void A_name_given_twice_is_not_written()
    {
        using var folder = new TemporaryFolder();
        HostTensor tensor = HostTensor.FromFloats("w", [1], [1]);
        Assert.That(() => Safetensors.Write(folder.File("a"), [tensor, tensor], NoMetadata), Throws.ArgumentException);
    }

    [TestCase("resnet20-t4-hard.safetensors", "resnet20")]
    [TestCase("vggmini-t4-hard.safetensors", "vggmini")]
    [TestCase("vggmini-t8-soft-leaky.safetensors", "vggmini")]
    [TestCase("wrn10-1-t4-hard.safetensors", "wrnmini")]
    public void Golden_files_are_read_to_the_last_byte(string name, string architecture)
    {
        TensorFile file = Safetensors.Read(GoldenFolders.Require(name));
        Assert.That(file.Metadata["architecture"], Is.EqualTo(architecture));
        Assert.That(file["x"].Dimensions.Skip(1), Is.EqualTo(new[] { 3, 16, 16 }));
        Assert.That(file["x"].ToFloats(), Is.All.InRange(0f, 1f));
        Assert.That(file["y"].ToLongs(), Is.All.InRange(0L, 9L));
    }

    [Test]
    public void A_missing_tensor_is_refused_with_the_nearest()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.File("a"), [HostTensor.FromFloats("features.0.weight", [1], [1])], NoMetadata);
        TensorFile file = Safetensors.Read(folder.File("a"));
        Assert.That(() => file["features.0.wieght"], Refuses.Saying("did you mean 'features.0.weight'?"));
    }

    [Test]
    public void A_missing_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Safetensors.Read(folder.File("none")), Refuses.At(folder.File("none")));
    }

    // Header, bytes after it, what the message must say.
    private static readonly object[][] Malformed =
    [
        ["", 0, "not valid JSON"],
        ["[]", 0, "expected a JSON object"],
        ["{\"w\":", 0, "not valid JSON"],
        ["""{"w":3}""", 0, "tensor 'w': expected an object"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'w': the header has this name twice"],
        ["""{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype is there twice"],
        ["""{"w":{"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype is missing"],
        ["""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "expected shape as a list of whole numbers, found nothing"],
        ["""{"w":{"dtype":"F32","shape":[1]}}""", 4, "expected data_offsets as a list"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4, "found 'more'"],
        ["""{"w":{"dtype":"BF17","shape":[1],"data_offsets":[0,2]}}""", 2, "found BF17; did you mean 'BF16'?"],
        ["""{"w":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "expected dtype F32"],
        ["""{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "expected whole numbers from 0 in shape, found -1"],
        ["""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "found 1.5"],
        ["""{"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "found \"1\""],
        ["""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "F32 [2]: expected 8 bytes, found 4"],
        ["""{"w":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "is larger than"],
        ["""{"w":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[0,0]}}""", 0, "is larger than"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "expected data_offsets [begin, end]"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "expected data_offsets [begin, end]"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'w' leaves a gap after the tensor before it: expected to begin at 0, found 4"],
        ["""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'w' overlaps the tensor before it: expected to begin at 8, found 4"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "cut short: expected 4 bytes after the header, found 3"],
        ["""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "too long: expected 4 bytes after the header, found 5"],
        ["""{"__metadata__":[]}""", 0, "__metadata__: expected an object"],
        ["""{"__metadata__":{"k":1}}""", 0, "__metadata__.k: expected a string, found Number"],
        ["""{"__metadata__":{"k":"1","k":"2"}}""", 0, "__metadata__.k: the key is there twice"],
        ["""{"__metadata__":{"k":"\ud800"}}""", 0, "not valid JSON"],
    ];

    [TestCaseSource(nameof(Malformed))]
    public void Malformed_files_are_refused(string header, int dataLength, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("bad.safetensors");
        byte[] json = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[dataLength]]);
        Assert.That(() => Safetensors.Read(path), Refuses.At(path, message));
    }

    [FsCheck.NUnit.Property(MaxTest = 500, EndSize = 1_000_000)]
    public void Damaged_files_are_read_or_refused(int seed)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.safetensors");
        HostTensor[] tensors = [HostTensor.FromFloats("w", [1, 2], [1, 2]), HostTensor.FromLongs("y", [1], [1])];
        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["T"] = "8" });
        File.WriteAllBytes(path, Damage.Of(File.ReadAllBytes(path), seed));
        Damage.ReadOrRefuse(() => Safetensors.Read(path));
    }

    [Test]
    public void A_bool_that_is_neither_is_refused()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder.File("a"), [new HostTensor("mask", ElementType.Bool, [2], [1, 2])], NoMetadata);
        Assert.That(() => Safetensors.Read(folder.File("a")), Refuses.Saying("'mask': expected BOOL"));
    }

    [TestCase(0)]
    [TestCase(7)]
    public void A_file_without_a_length_is_refused(int length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), new byte[length]);
        Assert.That(() => Safetensors.Read(folder.File("a")), Refuses.Saying($"found {length} bytes"));
    }

    [TestCase(100ul)]
    [TestCase(ulong.MaxValue)]
    public void A_header_longer_than_the_file_is_refused(ulong length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a"), [.. BitConverter.GetBytes(length), .. "{}"u8]);
        Assert.That(() => Safetensors.Read(folder.File("a")), Refuses.Saying($"found header length {length}"));
    }

    [Test]
    public void The_header_is_what_other_readers_expect()
    {
        using var folder = new TemporaryFolder();
        HostTensor[] tensors = [HostTensor.FromFloats("w", [1, 2], [1, 2]), HostTensor.FromFloats("v_th", [], [1])];
        Safetensors.Write(folder.File("a"), tensors, NoMetadata);
        byte[] bytes = File.ReadAllBytes(folder.File("a"));
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes)));
        Assert.That(header.RootElement.GetProperty("v_th").GetProperty("shape").GetArrayLength(), Is.Zero);
        Assert.That(header.RootElement.GetProperty("v_th").GetProperty("data_offsets").GetRawText(), Is.EqualTo("[8,12]"));
    }
}
