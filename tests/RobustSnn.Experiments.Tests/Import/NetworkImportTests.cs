using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;
using RobustSnn.Robustness;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Experiments.Tests.Import;

[TestFixture]
public sealed class NetworkImportTests
{
    private const int Samples = 2;

    // Of the largest logit.
    private const float Tolerance = 1e-4f;

    // What networks that stand beside their normalisation are called there.
    private static readonly string[] Holders = ["", "model.", "1."];

    private IBackend backend = null!;

    [SetUp]
    public void Open() => backend = Backends.Open(options: new BackendOptions(Threads: 1));

    [TearDown]
    public void Close() => backend.Dispose();

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void Recorded_logits_are_computed(ForeignCase each) => AssertLogits(each, ForeignCase.Folder("Recorded"));

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void Logits_are_those_that_PyTorch_gives_now(ForeignCase each)
    {
        using var folder = new TemporaryFolder();
        Python.With("torch").RunFile(ForeignCase.Folder("foreign_networks.py"), folder.Path, each.Name);
        AssertLogits(each, folder.Path);
    }

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void The_architecture_is_recognised(ForeignCase each)
    {
        ImportedNetwork imported = Import(each);
        using SpikingModel model = imported.Model;
        Assert.That(imported.Architecture, Is.EqualTo(each.Architecture));
        Assert.That(model.Network.Architecture, Is.EqualTo(each.Label));
    }

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void A_checkpoint_of_it_computes_the_same(ForeignCase each)
    {
        using var folder = new TemporaryFolder();
        using SpikingModel model = Import(each).Model;
        ModelFile.Save(folder.File("a"), model, new ModelInfo("cifar10", 0, "imported"));
        using SpikingModel loaded = ModelFile.Load(folder.File("a"), backend).Model;
        Assert.That(loaded.Network, Is.EqualTo(model.Network));
        Assert.That(Logits(loaded), Is.EqualTo(Logits(model)));
    }

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void An_export_has_the_names_and_shapes_that_it_came_with(ForeignCase each)
    {
        using var folder = new TemporaryFolder();
        using SpikingModel model = Import(each).Model;
        ModelFile.Export(folder.File("a"), model, new ModelInfo("cifar10", 0, "imported"));
        TensorFile source = TensorNames.Normalise(TensorFile.Read(each.Recorded));
        foreach (HostTensor tensor in Safetensors.Read(folder.File("a")).Tensors)
        {
            Assert.That(
                source.Tensors.Single(stored => Array.Exists(Holders, holder => stored.Name == holder + tensor.Name)).Dimensions,
                Is.EqualTo(tensor.Dimensions), tensor.Name);
        }
    }

    [TestCaseSource(typeof(ForeignCase), nameof(ForeignCase.All))]
    public void It_becomes_a_spiking_network(ForeignCase each)
    {
        using SpikingModel ann = Import(each).Model;
        float[][] images = [ForeignCase.Images(Samples * ann.PixelCount)];
        using SpikingModel snn = SpikingConversion.Convert(
            ann, new NeuronModel(1, Reset.Hard), images, new ConversionOptions(new BalancingOptions(Timesteps: 4), 0.3f)).Model;
        Assert.That(Graph.neurons(snn.Network), Has.Length.EqualTo(ann.Network.Nodes.Count(node => node.Operation.IsRelu)));
        using var plan = new Plan(snn, Samples, 4, PassMode.BatchStatistics);
        plan.Pixels.Upload(images[0]);
        plan.Forward(Samples);
        Assert.That(plan.Logits.ToArray(), Has.All.Matches<float>(float.IsFinite).And.Some.Not.Zero);
    }

    [TestCase("hydra-vgg11-zeros")]
    [TestCase("hydra-vgg4-scores")]
    [TestCase("harp-vgg6-rates")]
    [TestCase("wide-resnet10-scores")]
    public void Pruned_weights_do_not_exist(string name)
    {
        ForeignCase each = ForeignCase.All.Single(each => each.Name == name);
        using SpikingModel model = Import(each).Model;
        TensorFile source = TensorNames.Normalise(TensorFile.Read(each.Recorded));
        foreach (ParameterTensor weight in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            float[] stored = source[weight.Name].ToFloats();
            float[] dense = weight.ToDense();
            Assert.That(weight.Pattern, Is.Not.Null, weight.Name);
            Assert.That(dense.Zip(stored).All(pair => pair.First == 0 || pair.First == pair.Second), weight.Name);
            Assert.That(dense.Count(value => value != 0), Is.EqualTo(weight.Pattern!.Count), weight.Name);
        }
    }

    [TestCase("hydra-vgg4-scores", 0.3)]
    public void A_layer_keeps_the_share_that_was_said_rounded_up(string name, double keep)
    {
        using SpikingModel model = Import(ForeignCase.All.Single(each => each.Name == name)).Model;
        foreach (ParameterTensor weight in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            int count = weight.Specification.Count;
            Assert.That(weight.Pattern!.Count, Is.EqualTo(count - (int)((1 - keep) * count)), weight.Name);
        }
    }

    /// <summary>As it was before its conversion: no bias, and thresholds that nobody has set.</summary>
    [Test]
    public void An_ANN_of_the_reference_s_training_code_is_imported()
    {
        using var folder = new TemporaryFolder();
        IEnumerable<HostTensor> tensors = TensorFile.Read(GoldenFolders.Require("resnet20-t4-hard.pth")).Tensors
            .Where(tensor => tensor.Name != "classifier.1.bias")
            .Select(tensor => tensor.Name.EndsWith(".v_th", StringComparison.Ordinal) ? HostTensor.FromFloats(tensor.Name, [], [1]) : tensor);
        Safetensors.Write(folder.File("ann"), [.. tensors], new Dictionary<string, string>());
        ImportedNetwork imported = NetworkImport.Read(folder.File("ann"), backend, new ImportOptions(Normalisation: PixelStatistics.Cifar10));
        using SpikingModel model = imported.Model;
        Assert.That(imported.Architecture, Is.EqualTo("resnet20"));
        Assert.That(imported.Notes, Has.Some.EqualTo("left out: 19 thresholds (v_th), all 1, which conversion sets"));
        Assert.That(Logits(model), Has.All.Matches<float>(float.IsFinite).And.Some.Not.Zero);
    }

    [TestCase("hydra-vgg11-zeros", "left out, beside the tensors: epoch, arch, best_prec1, optimizer")]
    [TestCase("hydra-vgg11-zeros", "left out: 8 counters of batches")]
    [TestCase("hydra-vgg11-zeros", "are not 0 and no other exists any more")]
    [TestCase("hydra-vgg11-zeros", "normalisation: the file says none")]
    [TestCase("hydra-vgg4-scores", "are kept by their scores (--keep 0.3)")]
    [TestCase("harp-vgg6-rates", "the scores (popup_scores, k_score)")]
    [TestCase("wide-resnet10-scores", "see whether --keep is the one that it was pruned to")]
    [TestCase("wide-resnet10-sub", "'sub_block1.layer.0.bn1.weight' the first: such networks have this block and never use it")]
    [TestCase("wide-resnet10-sub", "dense: all")]
    [TestCase("wide-resnet16-buffers", "normalisation, from the file: means 0.49, 0.48, 0.45, deviations 0.25, 0.24, 0.26")]
    [TestCase("cifar-resnet10-sequential", "normalisation, from the file: means 0.49, 0.48, 0.45, deviations 0.25, 0.24, 0.26")]
    [TestCase("cifar-resnet10-sequential", "left out: 12 counters of batches")]
    [TestCase("reference-vggmini", "normalisation, as asked for: means 0.5, 0.5, 0.5")]
    [TestCase("torchvision-vgg11", "torchvision's networks have by default, means 0.485, 0.456, 0.406")]
    public void It_is_said_what_was_taken_and_what_not(string name, string note)
    {
        ImportedNetwork imported = Import(ForeignCase.All.Single(each => each.Name == name));
        imported.Model.Dispose();
        Assert.That(imported.Notes, Has.Some.Contains(note));
    }

    private ImportedNetwork Import(ForeignCase each) => NetworkImport.Read(each.Recorded, backend, each.Options);

    private void AssertLogits(ForeignCase each, string folder)
    {
        using SpikingModel model = NetworkImport.Read(each.In(folder), backend, each.Options).Model;
        float[] expected = TensorFile.Read(each.LogitsIn(folder))["logits"].ToFloats();
        float largest = expected.Max(Math.Abs);
        Assert.That(largest, Is.GreaterThan(0.01f), "the case tells something");
        Assert.That(Logits(model), Is.EqualTo(expected).AsCollection.Within(Tolerance * largest));
    }

    private static float[] Logits(SpikingModel model)
    {
        using var classifier = new Classifier(model, Samples, timesteps: 0);
        using var pixels = model.Backend.Allocate(Samples * model.PixelCount);
        pixels.Upload(ForeignCase.Images(Samples * model.PixelCount));
        return classifier.Logits(pixels, Samples).ToArray();
    }
}
