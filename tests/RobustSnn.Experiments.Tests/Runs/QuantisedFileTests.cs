using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.FixedPoint;
using RobustSnn.FixedPoint.Quantisation;
using RobustSnn.Model;
using ElementType = RobustSnn.Experiments.Files.ElementType;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Quantised checkpoints: what is written comes back, and what is no such file is refused.</summary>
[TestFixture]
public sealed class QuantisedFileTests
{
    private static readonly ModelInfo Info = new("shapes10", 3, "finetune_snn", ["a", "b", "c", "d"]);

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    private string Source => folder.File("snn.safetensors");

    private string Quantised => folder.File("quantised.safetensors");

    [SetUp]
    public void Begin() => (folder, backend) = (new TemporaryFolder(), Backends.Open(options: new(1)));

    [TearDown]
    public void Clear()
    {
        backend.Dispose();
        folder.Dispose();
    }

    [Test]
    public void It_comes_back([Values("vggmini", "wrnmini")] string architecture, [Values] bool isPruned, [Values(4, 8, 12)] int bits)
    {
        var network = Save(architecture, isPruned, bits);
        var loaded = QuantisedFile.Load(Quantised);
        Assert.That(Described(loaded.Network), Is.EqualTo(Described(network)));
        Assert.That(loaded.Network.Network, Is.EqualTo(network.Network));
        Assert.That(loaded.MadeFrom, Is.EqualTo(CheckpointOrigin.Of(Source)));
        Assert.That((loaded.Info.DataSet, loaded.Info.Timesteps, loaded.Info.Stage), Is.EqualTo((Info.DataSet, Info.Timesteps, Info.Stage)));
        Assert.That(loaded.Info.ClassNames, Is.EqualTo(Info.ClassNames));
    }

    [Test]
    public void An_export_is_dense_and_computes_the_same([Values] bool isPruned)
    {
        var network = Save("vggmini", isPruned, 8);
        QuantisedFile.Export(folder.File("dense"), QuantisedFile.Load(Quantised));
        var file = Safetensors.Read(folder.File("dense"));
        Assert.That(file["features.4.weight"].ToString(), Is.EqualTo("features.4.weight: I8 [16, 8, 3, 3]"));
        Assert.That(SparseTensor.All(file), Is.Empty);
        float[] image = [.. Enumerable.Range(0, network.Network.Input.Count).Select(i => i * 7 % 256 / 255f)];
        var dense = QuantisedFile.Load(folder.File("dense")).Network;
        Assert.That(new ReferenceInference(dense).Run(image), Is.EqualTo(new ReferenceInference(network).Run(image)));
        Assert.That(dense.Weights.Values.All(layer => layer.Pattern is not null), Is.EqualTo(isPruned));
    }

    [TestCase(8, 1)]
    [TestCase(9, 2)]
    public void A_connection_takes_its_bytes_and_one_for_where_it_is(int bits, int bytes)
    {
        var network = Save("vggmini", true, bits);
        var values = network.Weights.Values.Sum(layer => (layer.Bits == 16 ? 3L : bytes + 1) * layer.Values.Length); // one of three is there: no gap is long
        var shapes = network.Weights.Keys.Sum(node => 4 * (network.Network.Nodes[node].Operation.IsLinear ? 2 : 4));
        Assert.That(QuantisedFile.WeightBytes(network), Is.EqualTo(values + shapes));
        Assert.That(Safetensors.Read(Quantised).Tensors.Where(tensor => tensor.Name.Contains(".weight", StringComparison.Ordinal))
            .Sum(tensor => (long)tensor.Bytes.Length), Is.EqualTo(QuantisedFile.WeightBytes(network)));
    }

    [Test]
    public void It_says_what_it_is()
    {
        Save("vggmini", true, 8);
        var metadata = Safetensors.Read(Quantised).Metadata;
        Assert.That(metadata["bits"], Is.EqualTo("""{"features.0":16,"features.4":8,"features.8":8,"classifier.1":8,"classifier.4":8}"""));
        Assert.That(metadata["format"], Is.EqualTo("rsnn-quantised-1"));
        Assert.That(metadata["made_from"], Is.EqualTo(CheckpointOrigin.Of(Source)));
        Assert.That(metadata["program"], Is.EqualTo(RunResults.ProgramVersion));
        Assert.That(metadata["timesteps"], Is.EqualTo("3"));
        Assert.That(QuantisedFile.Is(Quantised), Is.True);
        Assert.That(QuantisedFile.Is(Source), Is.False);
    }

    [Test]
    public void A_reader_of_floats_says_what_it_was_given()
    {
        Save("vggmini", true, 8);
        Assert.That(() => ModelFile.Load(Quantised, backend), Refuses.At(Quantised, "is a quantised checkpoint", "Give the checkpoint that it was made from"));
    }

    [Test]
    public void A_checkpoint_in_floats_is_refused()
    {
        Save("vggmini", true, 8);
        Assert.That(() => QuantisedFile.Load(Source), Refuses.At(Source, "is a checkpoint in floats", "rsnn quantise"));
    }

    private static IEnumerable<TestCaseData> Damages()
    {
        yield return Case("features.0.bias", tensors => tensors.Remove("features.0.bias"), "needs the tensor 'features.0.bias'");
        yield return Case("a stranger", tensors => tensors["x"] = HostTensor.FromInts("x", [1], [1]), "has no tensor 'x'");
        yield return Case("bits", tensors => Change<sbyte>(tensors["features.4.weight.values"], 0, -128), "features.4", "8 bits", "-128");
        yield return Case("floats", tensors => tensors["features.4.bias"] = HostTensor.FromFloats("features.4.bias", [16], new float[16]),
            "features.4.bias: I32 [16]", "F32");
        yield return Case("a type too wide", tensors => tensors["features.4.weight.values"] = HostTensor.FromShorts(
            "features.4.weight.values", [tensors["features.4.weight.values"].Count], new short[tensors["features.4.weight.values"].Count]), "of I8", "I16");
        yield return Case("a size", tensors => tensors["features.0.exponents"] = HostTensor.FromSBytes("features.0.exponents", [7], new sbyte[7]),
            "features.0.exponents: I8 [8]", "[7]");
        yield return Case("a threshold", tensors => Change(tensors["features.2.v_th"], 1, 0), "features.2", "thresholds of 1 to", "0 of channel 1");
        yield return Case("a sign", tensors => Change<sbyte>(tensors["features.2.sign"], 2, 2), "features.2", "signs of −1, 0 or 1", "2 of channel 2");
        yield return Case("an exponent", tensors => Change<sbyte>(tensors["features.0.exponents"], 0, 100), "features.0", "exponents", "100");
        yield return Case("a sum", tensors => Change(tensors["features.4.bias"], 0, int.MaxValue), "features.4", "current of channel 0", "31 bits");
        yield return Case("an index too many", tensors => Change<byte>(tensors["features.4.weight.gaps"], 1, 255), "features.4.weight", "as many indices as values");
        yield return Case("an index beyond", tensors => Change<byte>(tensors["features.4.weight.gaps"], 1, 250), "features.4.weight", "below its 1152 elements");
        yield return Case("gaps without an end", tensors => tensors["features.4.weight.gaps"] = new HostTensor(
            "features.4.weight.gaps", ElementType.U8, [2], [0, 255]), "features.4.weight", "gaps that end at an element");
        yield return Case("indices twice", tensors => tensors["features.4.weight.indices"] = HostTensor.FromInts("features.4.weight.indices", [0], []),
            "features.4.weight", "twice");

        static TestCaseData Case(string name, Action<Dictionary<string, HostTensor>> damage, params string[] saying) =>
            new TestCaseData(damage, saying).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Damages))]
    public void Tensors_that_are_none_of_it_are_refused(Action<Dictionary<string, HostTensor>> damage, string[] saying)
    {
        Save("vggmini", true, 8);
        var file = Safetensors.Read(Quantised);
        var tensors = file.Tensors.ToDictionary(tensor => tensor.Name);
        damage(tensors);
        Safetensors.Write(Quantised, [.. tensors.Values], file.Metadata);
        Assert.That(() => QuantisedFile.Load(Quantised), Refuses.At(Quantised, saying));
    }

    [TestCase("format", "rsnn-quantised-2", "made by a newer rsnn: format 2")]
    [TestCase("format", "rsnn-quantised-x", "expected rsnn-quantised-1")]
    [TestCase("timesteps", "0", "expects at least 1 timestep")]
    [TestCase("timesteps", "1001", "0 to 1000")]
    [TestCase("leak", "0.5", "expected what 'network' says")]
    [TestCase("made_from", "sha256:12", "64 hexadecimal digits")]
    [TestCase("bits", "8", "'bits': expected an object")]
    [TestCase("bits", "{", "a JSON object with the bits of each layer")]
    [TestCase("bits", """{"features.0":16}""", "features.4")]
    [TestCase("bits", """{"features.0":16,"features.4":8,"features.8":8,"classifier.1":8,"classifier.4":8,"x":8}""", "x")]
    [TestCase("bits", """{"features.0":17,"features.4":8,"features.8":8,"classifier.1":8,"classifier.4":8}""", "2 to 16", "17")]
    [TestCase("bits", """{"features.0":16,"features.4":7,"features.8":8,"classifier.1":8,"classifier.4":8}""", "features.4", "7 bits")]
    public void Metadata_that_are_none_of_it_are_refused(string key, string value, params string[] saying)
    {
        Save("vggmini", true, 8);
        var file = Safetensors.Read(Quantised);
        Safetensors.Write(Quantised, file.Tensors, new Dictionary<string, string>(file.Metadata) { [key] = value });
        Assert.That(() => QuantisedFile.Load(Quantised), Refuses.At(Quantised, saying));
    }

    [Test]
    public void Indices_as_they_are_are_read_too()
    {
        var network = Save("vggmini", true, 8);
        var file = Safetensors.Read(Quantised);
        var tensors = file.Tensors.ToDictionary(tensor => tensor.Name);
        foreach (var sparse in SparseTensor.All(file))
        {
            tensors.Remove(sparse.Name + ".gaps");
            tensors[sparse.Name + ".indices"] = HostTensor.FromInts(sparse.Name + ".indices", [sparse.Pattern.Count], sparse.Pattern.Existing);
        }

        Safetensors.Write(Quantised, [.. tensors.Values], file.Metadata);
        Assert.That(Described(QuantisedFile.Load(Quantised).Network), Is.EqualTo(Described(network)));
    }

    private FixedPointNetwork Save(string architecture, bool isPruned, int bits)
    {
        using var model = Model(architecture, isPruned);
        ModelFile.Save(Source, model, Info);
        var network = Quantiser.Quantise(model, Info.Timesteps, new QuantiserSettings(bits, new Dictionary<string, int> { ["features.0"] = 16 })).Network;
        QuantisedFile.Save(Quantised, network, Info, Source);
        return network;
    }

    private SpikingModel Model(string architecture, bool isPruned)
    {
        var ann = Architectures.build(architecture, 4, new Shape(3, 16, 16), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        var model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        model.Initialise(1);
        var random = new System.Random(2);
        foreach (var parameter in model.Parameters.All)
        {
            if (parameter.Specification.Prunable && isPruned)
            {
                model.Parameters.Prune(parameter.Name, new SparsityPattern(parameter.Specification.Count,
                    [.. Enumerable.Range(0, parameter.Specification.Count).Where(i => i == 0 || random.Next(3) == 0)]));
            }
            else if (!parameter.Specification.Trainable || parameter.Specification.Kind.IsThreshold)
            {
                parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => 0.5f + random.NextSingle())]);
            }
        }

        return model;
    }

    private static void Change<T>(HostTensor tensor, int index, T value)
        where T : unmanaged
    {
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(tensor.Bytes, out var bytes);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(bytes.AsSpan())[index] = value;
    }

    /// <summary>All that it is, in words.</summary>
    private static string Described(FixedPointNetwork network) => string.Join('\n',
        network.Weights.OrderBy(each => each.Key).Select(each => $"{each.Key} {each.Value.Bits} {Text(each.Value.Pattern?.Existing.ToArray() ?? [])} "
            + $"{Text(each.Value.Values)} {Text(each.Value.Bias)} {Text(each.Value.Exponents)}")
        .Concat(network.Neurons.OrderBy(each => each.Key).Select(each => $"{each.Key} {Text(each.Value.Thresholds)} {Text(each.Value.Signs)} {Text(each.Value.Bias)}"))
        .Concat(network.Sums.OrderBy(each => each.Key).Select(each =>
            $"{each.Key} {Text(each.Value.First)} {Text(each.Value.Second)} {each.Value.Shift} {Text(each.Value.Exponents)}"))
        .Append(Text([.. network.Centres])));

    private static string Text<T>(T[] values) => string.Join(',', values);
}
