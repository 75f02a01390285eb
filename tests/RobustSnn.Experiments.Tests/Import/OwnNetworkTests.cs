using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Networks of nobody's architecture, given by their sizes.</summary>
[TestFixture]
public sealed class OwnNetworkTests
{
    private const string Sizes = "network: { family: vgg, layers: [8, M, 8, A], head: [12] }";
    private const float Tolerance = 1e-4f;

    private static readonly PixelStatistics Normalisation = new([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]);

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        backend = Backends.Open(options: new BackendOptions(Threads: 1));
    }

    [TearDown]
    public void Close()
    {
        backend.Dispose();
        folder.Dispose();
    }

    [TestCase("plain")]
    [TestCase("norms")]
    public void Logits_are_those_of_PyTorch(string each)
    {
        Python.With("torch").RunFile(ForeignCase.Folder("own_networks.py"), folder.Path, each);
        using SpikingModel model = Import(folder.File("model.pth"), Sizes).Model;
        TensorFile recorded = TensorFile.Read(folder.File("logits.pth"));
        using var network = new FrozenNetwork(model, 4, 0);
        var logits = new float[4 * 5];
        network.Run([.. recorded["images"].ToDoubles().Select(value => (float)value)], logits);
        double[] expected = recorded["logits"].ToDoubles();
        Assert.That(logits, Is.EqualTo(expected).Within(Tolerance * expected.Max(Math.Abs)));
    }

    [Test]
    public void It_is_said_which_layer_is_which()
    {
        ImportedNetwork imported = Import(Plain(), Sizes);
        using SpikingModel model = imported.Model;
        Assert.That(imported.Notes, Has.Some.Contains("c2 is features.0, c10 is features.4, f1 is classifier.1, f2 is classifier.3"));
    }

    [TestCase("network: { family: vgg, layers: [8, M, 8, A, 8], head: [12] }", "expected 3 convolutions", "found 2 (c2, c10)")]
    [TestCase("network: { family: vgg, layers: [8, M, 8, A] }", "expected 1 linear layers", "found 2 (f1, f2)")]
    [TestCase("network: { family: vgg, layers: [8, M, 9, A], head: [12] }", "'c10.weight' is by its order 'features.4.weight'", "expected [9, 8, 3, 3], found [8, 8, 3, 3]")]
    [TestCase("network: { family: vgg, layers: [8, 8, A], head: [12] }", "'f1.weight'", "for images of 3 × 16 × 16", "expected [12, 512], found [12, 128]")]
    [TestCase("network: { family: resnet, depth: 20 }", "expected layers in a row", "shortcuts")]
    public void Sizes_that_are_not_the_files_are_refused(string sizes, params string[] parts) =>
        Assert.That(() => Import(Plain(), sizes), Refuses.At(folder.File("plain"), parts));

    [TestCase("network: { family: vgg, layer: [8] }", "network.layer: unknown key", "'layers'")]
    [TestCase("network: { layers: [8] }", "network.family: the key is missing")]
    [TestCase("network: 3", "network: expected")]
    public void A_file_of_sizes_that_is_none_is_refused_with_its_place(string sizes, params string[] parts) =>
        Assert.That(() => Import(Plain(), sizes), Refuses.At(folder.File("sizes.yaml") + ":1:", parts));

    [Test]
    public void Without_an_order_layers_of_one_shape_are_refused()
    {
        string path = folder.File("unordered");
        Safetensors.Write(path, [Tensor("a.weight", 8, 8, 3, 3), Tensor("b.weight", 8, 8, 3, 3), Tensor("fc.weight", 5, 8)], new Dictionary<string, string>());
        Assert.That(() => Import(path, Sizes), Refuses.At(path, "'a' and 'b' have the same shape", "torch.save"));
    }

    [Test]
    public void The_size_and_the_normalisation_have_to_be_said()
    {
        string path = Plain();
        File.WriteAllText(folder.File("sizes.yaml"), Sizes);
        var options = new ImportOptions { Network = SettingsReader.ReadNetwork(folder.File("sizes.yaml")) };
        Assert.That(() => NetworkImport.Read(path, backend, options), Refuses.At(path, "--normalise"));
        Assert.That(() => NetworkImport.Read(path, backend, options with { Normalisation = Normalisation }), Refuses.At(path, "--size"));
    }

    private static HostTensor Tensor(string name, params int[] dimensions)
    {
        var random = new Random(name.Length);
        return HostTensor.FromFloats(name, dimensions, Enumerable.Range(0, dimensions.Aggregate(1, (all, next) => all * next)).Select(_ => random.NextSingle() - 0.5f).ToArray());
    }

    private string Plain()
    {
        string path = folder.File("plain");
        Safetensors.Write(
            path, [Tensor("c10.weight", 8, 8, 3, 3), Tensor("c2.weight", 8, 3, 3, 3), Tensor("f1.weight", 12, 128), Tensor("f1.bias", 12), Tensor("f2.weight", 5, 12)],
            new Dictionary<string, string>());
        return path;
    }

    private ImportedNetwork Import(string path, string sizes)
    {
        File.WriteAllText(folder.File("sizes.yaml"), sizes);
        return NetworkImport.Read(path, backend, new ImportOptions(Normalisation: Normalisation, Size: 16) { Network = SettingsReader.ReadNetwork(folder.File("sizes.yaml")) });
    }
}
