using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Checkpoints of pruned networks: as they are written now, as they were before, and as others write them.</summary>
[TestFixture]
public sealed class ModelFileTests
{
    private const string Weight = "features.4.weight";
    private static readonly ModelInfo Info = new("shapes10", 0, "prune");

    private TemporaryFolder folder = null!;
    private PrunedModel pruned = null!;

    private string FilePath => folder.File("a.safetensors");

    [SetUp]
    public void Build()
    {
        folder = new TemporaryFolder();
        pruned = new PrunedModel();
    }

    [TearDown]
    public void Clear()
    {
        pruned.Dispose();
        folder.Dispose();
    }

    [Test]
    public void A_pruned_network_comes_back() => Assert.That(Written(ModelFile.Save), Is.EqualTo(PrunedModel.Describe(pruned.Model)));

    [Test]
    public void An_exported_one_comes_back_too() => Assert.That(Written(ModelFile.Export), Is.EqualTo(PrunedModel.Describe(pruned.Model)));

    [Test]
    public void A_dense_network_comes_back_dense()
    {
        using var dense = new PrunedModel(sparsity: 0);
        ModelFile.Save(FilePath, dense.Model, Info);
        using var loaded = ModelFile.Load(FilePath, dense.Backend).Model;
        Assert.That(loaded.Parameters.All.Select(parameter => parameter.Pattern), Is.All.Null);
        Assert.That(PrunedModel.Describe(loaded), Is.EqualTo(PrunedModel.Describe(dense.Model)));
    }

    [Test]
    public void A_network_pruned_in_part_comes_back_so_with_its_zeros()
    {
        using var dense = new PrunedModel(sparsity: 0);
        var parameters = dense.Model.Parameters;
        parameters["features.0.weight"].Value.Upload([0]);
        parameters.Prune(Weight, pruned.Model.Parameters[Weight].Pattern);
        ModelFile.Save(FilePath, dense.Model, Info);
        using var loaded = ModelFile.Load(FilePath, dense.Backend).Model;
        Assert.That(PrunedModel.Describe(loaded), Is.EqualTo(PrunedModel.Describe(dense.Model)));
    }

    [Test]
    public void Nothing_of_what_was_pruned_is_stored()
    {
        ModelFile.Save(FilePath, pruned.Model, Info);
        var kept = pruned.Model.Parameters.All.Sum(parameter => parameter.Value.Length * (parameter.Pattern is null ? 4 : 8));
        var stored = Safetensors.Read(FilePath).Tensors.Where(tensor => !tensor.Name.EndsWith(".shape", StringComparison.Ordinal))
            .Sum(tensor => (long)tensor.Bytes.Length);
        Assert.That(stored, Is.EqualTo(kept));
    }

    [Test]
    public void An_export_has_the_state_dicts_names_and_shapes()
    {
        ModelFile.Export(FilePath, pruned.Model, Info);
        Assert.That(Safetensors.Read(FilePath).Tensors.Select(tensor => tensor.ToString()), Is.EqualTo(pruned.Model.Parameters.All.Select(
            parameter => $"{parameter.Name}: F32 [{string.Join(", ", parameter.Specification.Dimensions)}]")));
    }

    [Test]
    public void A_state_dict_makes_a_pruned_network_dense()
    {
        using var dense = new PrunedModel(sparsity: 0);
        Safetensors.Write(FilePath, ModelFile.Tensors(dense.Model), new Dictionary<string, string>());
        ModelFile.Upload(Safetensors.Read(FilePath), pruned.Model);
        Assert.That(PrunedModel.Describe(pruned.Model), Is.EqualTo(PrunedModel.Describe(dense.Model)));
    }

    [TestCase(Weight + ".values")]
    [TestCase(Weight + ".indices")]
    [TestCase(Weight + ".shape")]
    [TestCase("features.0.weight.values")]
    [TestCase("features.1.weight")]
    public void A_missing_tensor_is_refused(string name) => Refused(tensors => tensors.Where(tensor => tensor.Name != name), name);

    [TestCase("other")]
    [TestCase("other.values")]
    public void A_stranger_is_refused(string name) =>
        Refused(tensors => [.. tensors, HostTensor.FromFloats(name, [1], [1])], "no parameter", name);

    [Test]
    public void Another_shape_is_refused() => Refused(
        tensors => tensors.Select(tensor => tensor.Name == Weight + ".shape" ? HostTensor.FromInts(tensor.Name, [2], [16, 8 * 9]) : tensor),
        Weight, "[16, 8, 3, 3]", "[16, 72]");

    [Test]
    public void A_sparse_bias_is_refused() => Refused(
        tensors => tensors.SelectMany<HostTensor, HostTensor>(tensor => tensor.Name != "features.1.bias" ? [tensor] :
        [
            HostTensor.FromFloats(tensor.Name + ".values", [1], [1]),
            HostTensor.FromInts(tensor.Name + ".indices", [1], [2]),
            HostTensor.FromInts(tensor.Name + ".shape", [1], [8]),
        ]),
        "features.1.bias", "expected dense");

    [TestCase("features.4.weight.values", float.NaN, "features.4.weight")]
    [TestCase("features.0.weight.values", float.PositiveInfinity, "features.0.weight")]
    [TestCase("features.1.running_var", -1f, "element 0", "at least 0")]
    [TestCase("features.1.running_mean", float.NaN, "element 0", "NaN")]
    public void A_value_that_no_parameter_may_have_is_refused(string name, float value, params string[] saying) => Refused(
        tensors => tensors.Select(tensor => tensor.Name != name ? tensor
            : HostTensor.FromFloats(name, [.. tensor.Dimensions], [value, .. tensor.ToFloats()[1..]])),
        saying);

    [Test]
    public void A_diverged_network_is_not_saved()
    {
        pruned.Model.Parameters["features.1.weight"].Value.Upload([float.NaN]);
        Assert.That(() => ModelFile.Save(FilePath, pruned.Model, Info), Refuses.At(FilePath, "features.1.weight", "element 0"));
        Assert.That(File.Exists(FilePath), Is.False);
    }

    [TestCase("format", "rsnn-model-3", "newer", "3")]
    [TestCase("format", "rsnn-model-99999999999", "newer")]
    [TestCase("format", "rsnn-model-0", "rsnn-model-0")]
    [TestCase("format", "other", "other")]
    [TestCase("format", null, "format")]
    [TestCase("reset", "subtract", "hard or soft", "subtract")]
    [TestCase("network", null, "network")]
    [TestCase("network", "{}", "'network'", "'input'")]
    [TestCase("leak", "0.5", "leak", "0.5", "'network' says, 1")]
    [TestCase("classes", "5", "classes", "'network' says, 4")]
    [TestCase("mean", "0.5,0.5", "mean", "'network' says")]
    [TestCase("spiking", "true", "spiking", "'network' says, False")]
    [TestCase("leak", "0", "above 0")]
    [TestCase("leak", "NaN", "finite")]
    [TestCase("timesteps", "1001", "0 to 1000", "1001")]
    [TestCase("timesteps", "-1", "whole number")]
    [TestCase("deviation", "0.2,Infinity,0.2", "finite")]
    public void Metadata_that_cannot_be_used_are_refused(string key, string? value, params string[] saying)
    {
        Rewrite((key, value));
        Assert.That(() => ModelFile.Load(FilePath, pruned.Backend), Refuses.At(FilePath, saying));
    }

    [TestCase("reset", null, "reset")]
    [TestCase("reset", "subtract", "hard or soft", "subtract")]
    [TestCase("leak", "2", "above 0")]
    [TestCase("architecture", "vggmaxi", "no architecture 'vggmaxi'")]
    [TestCase("classes", "5", "[4, 24]", "[5, 24]")]
    public void Metadata_of_the_first_format_that_cannot_be_used_are_refused(string key, string? value, params string[] saying)
    {
        Rewrite(("format", "rsnn-model-1"), ("network", null), (key, value));
        Assert.That(() => ModelFile.Load(FilePath, pruned.Backend), Refuses.At("", saying));
    }

    [Test]
    public void The_first_format_has_a_network_by_its_name()
    {
        Rewrite(("format", "rsnn-model-1"), ("network", null));
        using var loaded = ModelFile.Load(FilePath, pruned.Backend).Model;
        Assert.That(loaded.Network, Is.EqualTo(pruned.Model.Network));
    }

    [Test]
    public void A_file_that_was_written_in_the_first_format_loads_and_is_written_in_the_newest()
    {
        string stored = Path.Combine(TestContext.CurrentContext.TestDirectory, "Runs", "Stored", "format-1.safetensors");
        Assert.That(Safetensors.Read(stored).Metadata["format"], Is.EqualTo("rsnn-model-1"));
        var old = ModelFile.Load(stored, pruned.Backend);
        using var model = old.Model;
        ModelFile.Save(FilePath, model, old.Info);
        Assert.That(Safetensors.Read(FilePath).Metadata["format"], Is.EqualTo("rsnn-model-2"));
        using var again = ModelFile.Load(FilePath, pruned.Backend).Model;
        var ann = Architectures.build("vggmini", 10, new Shape(3, 32, 32), [0.499, 0.4993, 0.4999], [0.1634, 0.1636, 0.1635]);
        Assert.That(model.Network, Is.EqualTo(Conversion.toSpiking(new NeuronModel(1, Reset.Hard), ann)));
        Assert.That(again.Network, Is.EqualTo(model.Network));
        Assert.That(PrunedModel.Describe(again), Is.EqualTo(PrunedModel.Describe(model)));
    }

    [TestCase("classes")]
    [TestCase("input")]
    [TestCase("mean")]
    [TestCase("deviation")]
    [TestCase("spiking")]
    [TestCase("leak")]
    [TestCase("reset")]
    public void What_the_network_says_need_not_be_said_again(string key)
    {
        Rewrite((key, null));
        using var loaded = ModelFile.Load(FilePath, pruned.Backend).Model;
        Assert.That(PrunedModel.Describe(loaded), Is.EqualTo(PrunedModel.Describe(pruned.Model)));
    }

    [TestCase("resnet20")]
    [TestCase("mine")]
    public void The_architecture_is_only_a_label(string label)
    {
        Rewrite(("architecture", label));
        using var loaded = ModelFile.Load(FilePath, pruned.Backend).Model;
        Assert.That(loaded.Network.Architecture, Is.EqualTo(label));
        Assert.That(PrunedModel.Describe(loaded), Is.EqualTo(PrunedModel.Describe(pruned.Model)));
    }

    [TestCase("")]
    [TestCase("model.")]
    [TestCase("module.")]
    public void A_network_that_has_no_name_comes_back(string prefix)
    {
        Node[] nodes =
        [
            new("image", Operation.NewNormalise([0.5], [0.25]), []),
            new($"{prefix}one", Operation.NewConvolution(new Convolution(3, 1, 1, 0, true)), [0]),
            new($"{prefix}fire", Operation.NewNeuron(Thresholds.Channelwise), [1]),
            new($"{prefix}sum", Operation.WeightedSum, [1, 2]),
            new($"{prefix}most", Operation.NewMaxPool(2), [3]),
            new($"{prefix}last", Operation.NewLinear(2, false), [4]),
        ];
        var network = new Network("mine", new Shape(1, 4, 2), 2, new NeuronModel(0.9, Reset.Soft), [.. nodes]);
        using var model = new Engine.SpikingModel(network, pruned.Backend);
        model.Initialise(1);
        ModelFile.Save(FilePath, model, Info);
        using var loaded = ModelFile.Load(FilePath, pruned.Backend).Model;
        Assert.That(loaded.Network, Is.EqualTo(model.Network));
        Assert.That(PrunedModel.Describe(loaded), Is.EqualTo(PrunedModel.Describe(model)));
    }

    [Test]
    public void More_memory_than_the_file_has_tensors_for_is_not_asked_for()
    {
        var vast = new Network("vast", new Shape(1, 1000, 1000), 1, new NeuronModel(1, Reset.Hard), [
            new Node("image", Operation.NewNormalise([0.5], [0.25]), []),
            .. Enumerable.Range(1, 9000).Select(i => new Node($"wide{i}", Operation.NewLinear(2000, false), [0])),
            new Node("last", Operation.NewLinear(1, false), [1])]);
        Rewrite(
            ("network", NetworkJson.Write(vast)), ("classes", null), ("input", null), ("mean", null), ("deviation", null));
        Assert.That(() => ModelFile.Load(FilePath, pruned.Backend), Refuses.At(FilePath, "needs the tensor 'wide1.weight'"));
    }

    private void Rewrite(params (string Key, string? Value)[] changes)
    {
        var metadata = ModelFile.Metadata(pruned.Model, Info).ToDictionary();
        foreach (var (key, value) in changes)
        {
            metadata.Remove(key);
            if (value is not null)
            {
                metadata[key] = value;
            }
        }

        Safetensors.Write(FilePath, ModelFile.Tensors(pruned.Model), metadata);
    }

    private IEnumerable<string> Written(Action<string, Engine.SpikingModel, ModelInfo> write)
    {
        write(FilePath, pruned.Model, Info);
        using var loaded = ModelFile.Load(FilePath, pruned.Backend).Model;
        return [.. PrunedModel.Describe(loaded)];
    }

    private void Refused(Func<IReadOnlyList<HostTensor>, IEnumerable<HostTensor>> change, params string[] saying)
    {
        Safetensors.Write(FilePath, [.. change(ModelFile.Tensors(pruned.Model))], ModelFile.Metadata(pruned.Model, Info));
        Assert.That(() => ModelFile.Load(FilePath, pruned.Backend), Refuses.At(FilePath, saying));
    }
}
