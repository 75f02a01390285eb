using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Spiking networks of the reference, which its conversion made: tensors alone, and what the user says of them.</summary>
[TestFixture]
public sealed class ConvertedImportTests
{
    private const int Samples = 2;
    private const int Timesteps = 3;

    // Of the largest logit.
    private const float Tolerance = 1e-4f;

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

    [Test]
    public void A_network_that_the_reference_saved_gives_its_logits()
    {
        string path = GoldenFolders.Require("resnet20-t4-hard.pth");
        TensorFile golden = TensorFile.Read(GoldenFolders.Require("resnet20-t4-hard.safetensors"));
        var normalisation = new PixelStatistics([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201]);
        ImportedNetwork imported = NetworkImport.Read(path, backend, new ImportOptions(Normalisation: normalisation, Size: 16, Timesteps: 4));
        using SpikingModel model = imported.Model;
        Assert.That((imported.Architecture, imported.Timesteps), Is.EqualTo(("resnet20", 4)));
        Assert.That(imported.Notes, Has.Some.StartsWith("spiking: 19 thresholds from ").And.Some.Contains("T = 4 as asked for, leak 1, hard reset; --leak and --reset say otherwise"));
        float[] expected = golden["logits"].ToFloats();
        Assert.That(Logits(model, golden["x"].ToFloats(), 4), Is.EqualTo(expected).AsCollection.Within(Tolerance * expected.Max(Math.Abs)));
    }

    [TestCase("vggmini", 1, false, true)]
    [TestCase("vggmini", 0.9, true, true)]
    [TestCase("vggmini", 1, false, false)]
    [TestCase("wrnmini", 0.9, false, true)]
    public void A_network_without_metadata_is_the_one_that_it_was(string architecture, double leak, bool isSoft, bool hasConvolutionBiases)
    {
        var neurons = new NeuronModel(leak, isSoft ? Reset.Soft : Reset.Hard);
        using SpikingModel original = Random(architecture, neurons, hasConvolutionBiases);
        string path = folder.File("snn");
        Safetensors.Write(
            path,
            [.. ModelFile.Tensors(original).Where(tensor => hasConvolutionBiases || !IsBiasOfConvolution(original, tensor.Name))],
            new Dictionary<string, string>());
        ImportedNetwork imported = NetworkImport.Read(path, backend, new ImportOptions(
            architecture, Normalisation: PixelStatistics.Svhn, Timesteps: Timesteps, Leak: leak, Reset: neurons.Reset));
        using SpikingModel model = imported.Model;
        Assert.That(imported.Notes, Has.None.Contains("say otherwise"));
        float[] images = ForeignCase.Images(Samples * original.PixelCount);
        float[] expected = Logits(original, images, Timesteps);
        Assert.That(expected, Has.Some.Not.EqualTo(expected[0]), "the network tells images apart");
        Assert.That(Logits(model, images, Timesteps), Is.EqualTo(expected));

        ModelFile.Save(folder.File("checkpoint"), model, new ModelInfo("unknown", imported.Timesteps, "imported"));
        LoadedModel loaded = ModelFile.Load(folder.File("checkpoint"), backend);
        using (loaded.Model)
        {
            Assert.That((loaded.Info.Timesteps, loaded.Model.Network.Neurons), Is.EqualTo((Timesteps, neurons)));
            Assert.That(Logits(loaded.Model, images, Timesteps), Is.EqualTo(expected));
        }
    }

    [Test]
    public void It_is_normalised_as_the_user_says()
    {
        using SpikingModel original = Random("vggmini", new NeuronModel(1, Reset.Hard), hasConvolutionBiases: true);
        Safetensors.Write(folder.File("snn"), ModelFile.Tensors(original), new Dictionary<string, string>());
        Assert.That(
            () => NetworkImport.Read(folder.File("snn"), backend, new ImportOptions(Timesteps: Timesteps)), Refuses.Saying("--normalise"));
    }

    private SpikingModel Random(string architecture, NeuronModel neurons, bool hasConvolutionBiases)
    {
        Network ann = Architectures.build(architecture, 10, new Shape(3, 32, 32), [.. PixelStatistics.Svhn.Mean], [.. PixelStatistics.Svhn.Deviation]);
        var model = new SpikingModel(Conversion.toSpiking(neurons, ann), backend);
        model.Initialise(1);
        var random = new Random(2);
        foreach (ParameterTensor parameter in model.Parameters.All.Where(each => !each.Specification.Prunable))
        {
            bool isZero = !hasConvolutionBiases && IsBiasOfConvolution(model, parameter.Name);
            parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => isZero ? 0 : 0.2f + (0.2f * random.NextSingle()))]);
        }

        return model;
    }

    private static bool IsBiasOfConvolution(SpikingModel model, string name) => model.Parameters.All.Any(parameter =>
        parameter.Name == name && parameter.Specification.Kind.IsBias && model.Network.Nodes[parameter.Specification.Node].Operation.IsConvolution);

    private static float[] Logits(SpikingModel model, float[] images, int timesteps)
    {
        int samples = images.Length / model.PixelCount;
        using var classifier = new Classifier(model, samples, timesteps);
        using var pixels = model.Backend.Allocate(images.Length);
        pixels.Upload(images);
        return classifier.Logits(pixels, samples).ToArray();
    }
}
