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
    [TestCase("reset", null, "reset")]
    [TestCase("leak", "0", "above 0")]
    [TestCase("leak", "NaN", "finite")]
    [TestCase("timesteps", "1001", "0 to 1000", "1001")]
    [TestCase("timesteps", "-1", "whole number")]
    [TestCase("deviation", "0.2,Infinity,0.2", "finite")]
    public void Metadata_that_cannot_be_used_are_refused(string key, string? value, params string[] saying)
    {
        var metadata = new SortedDictionary<string, string>(
            ModelFile.Metadata(pruned.Model, Info).ToDictionary(), StringComparer.Ordinal);
        metadata.Remove(key);
        if (value is not null)
        {
            metadata[key] = value;
        }

        Safetensors.Write(FilePath, ModelFile.Tensors(pruned.Model), metadata);
        Assert.That(() => ModelFile.Load(FilePath, pruned.Backend), Refuses.At(FilePath, saying));
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
