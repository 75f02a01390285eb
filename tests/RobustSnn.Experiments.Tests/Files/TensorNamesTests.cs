using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class TensorNamesTests
{
    private static readonly string[] Own = ["features.0.weight", "features.1.running_var", "features.2.v_th", "classifier.1.bias"];

    private TemporaryFolder folder = null!;

    private static IEnumerable<TestCaseData> Wrapped()
    {
        static TestCaseData Case(string name, params string[] names) => new TestCaseData((object)names).SetArgDisplayNames(name);

        yield return Case("its own names", Own);
        foreach (string prefix in new[]
        {
            "module.", "model.", "net.", "network.", "_orig_mod.", "state_dict.", "module.module.", "_orig_mod.module.", "module._orig_mod.",
            "state_dict.module.model.", "model.module.", "model.net._orig_mod.",
        })
        {
            yield return Case(prefix, [.. Own.Select(name => prefix + name)]);
        }

        yield return Case("a part wrapped", "features.module.0.weight", "features.module.1.running_var", "features.module.2.v_th", Own[3]);
        yield return Case("every layer compiled", [.. Own.Select(name => name.Insert(name.LastIndexOf('.'), "._orig_mod"))]);
        yield return Case("some wrapped", [Own[0], .. Own[1..].Select(name => $"module.{name}")]);
        yield return Case("counters", [.. Own, "features.1.num_batches_tracked", "num_batches_tracked"]);
        yield return Case("averaged", ["n_averaged", .. Own.Select(name => $"module.{name}"), "module.features.1.num_batches_tracked"]);
    }

    private static IEnumerable<TestCaseData> Alike()
    {
        yield return new TestCaseData((object)new[] { "model.weight", "fc.bias" }).SetArgDisplayNames("not common");
        yield return new TestCaseData((object)new[] { "model.", "model.a" }).SetArgDisplayNames("nothing would be left");
        yield return new TestCaseData((object)new[] { "a.module", "_orig_mod" }).SetArgDisplayNames("a parameter of that name");
        yield return new TestCaseData((object)new[] { "modules.a", "model_a.b" }).SetArgDisplayNames("only similar");
        yield return new TestCaseData((object)Array.Empty<string>()).SetArgDisplayNames("no tensors");
    }

    [SetUp]
    public void Create() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [TestCaseSource(nameof(Wrapped))]
    public void What_PyTorch_adds_is_taken_away(string[] names) => Assert.That(Normalised(names), Is.EqualTo(Own));

    [TestCaseSource(nameof(Alike))]
    public void What_is_the_networks_own_stays(string[] names) => Assert.That(Normalised(names), Is.EqualTo(names));

    [Test]
    public void Values_stay_with_their_tensors_and_metadata_with_the_file()
    {
        string path = folder.File("a");
        Safetensors.Write(
            path,
            [HostTensor.FromLongs("module.n.num_batches_tracked", [], [7]), HostTensor.FromFloats("module.w", [2], [1, 2])],
            new Dictionary<string, string> { ["k"] = "v" });
        TensorFile file = TensorNames.Normalise(Safetensors.Read(path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(file.Tensors.Single().ToString(), Is.EqualTo("w: F32 [2]"));
            Assert.That(file["w"].ToFloats(), Is.EqualTo(new[] { 1f, 2 }));
            Assert.That(file.Metadata["k"], Is.EqualTo("v"));
            Assert.That(file.FilePath, Is.EqualTo(path));
        }
    }

    [Test]
    public void A_pruned_tensor_stays_whole()
    {
        string path = folder.File("a");
        var pattern = new RobustSnn.Engine.Layout.SparsityPattern(4, [1, 3]);
        Safetensors.Write(path, new SparseTensor("module.w", [2, 2], pattern, [5, 6]).Parts, new Dictionary<string, string>());
        Assert.That(SparseTensor.Find(TensorNames.Normalise(Safetensors.Read(path)), "w")?.Values, Is.EqualTo(new[] { 5f, 6 }));
    }

    [Test]
    public void Two_tensors_under_one_name_are_refused()
    {
        string path = Save(["module.fc.weight", "fc.weight"]);
        Assert.That(
            () => TensorNames.Normalise(Safetensors.Read(path)), Refuses.At(path, "'module.fc.weight' and 'fc.weight' are both 'fc.weight'"));
    }

    private string[] Normalised(string[] names) =>
        [.. TensorNames.Normalise(Safetensors.Read(Save(names))).Tensors.Select(tensor => tensor.Name)];

    private string Save(string[] names)
    {
        string path = folder.File("a");
        Safetensors.Write(path, [.. names.Select(name => HostTensor.FromFloats(name, [1], [1]))], new Dictionary<string, string>());
        return path;
    }
}
