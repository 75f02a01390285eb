using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Files that are not what they should be, and files that lack what nobody but the user can say.</summary>
[TestFixture]
public sealed class ImportRefusalTests
{
    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        backend = Backends.Open("reference");
    }

    [TearDown]
    public void Close()
    {
        backend.Dispose();
        folder.Dispose();
    }

    [Test]
    public void A_tensor_is_missing() => AssertRefused(
        "cifar-resnet10", new(), tensors => tensors.RemoveAll(tensor => tensor.Name == "layer2.0.bn1.running_var"),
        "found none that has its", "cifar-resnet: 'layer2.0.bn1.running_var' [5] is not there", "Known are hydra-vgg, wide-resnet");

    [Test]
    public void A_tensor_is_too_many() => AssertRefused(
        "cifar-resnet10", new(), tensors => tensors.Add(HostTensor.FromFloats("layer1.0.gate", [1], [0])),
        "cifar-resnet: it has no 'layer1.0.gate'");

    [Test]
    public void A_tensor_has_another_shape() => AssertRefused(
        "cifar-resnet10", new(Architecture: "cifar-resnet"),
        tensors => Replace(tensors, "layer2.0.conv2.weight", tensor => HostTensor.FromFloats(tensor.Name, [5, 5, 1, 9], tensor.ToFloats())),
        "expected cifar-resnet, found another network: 'layer2.0.conv2.weight' expected [5, 5, 3, 3], found [5, 5, 1, 9]");

    [TestCase("wide-resnet", "'block1.layer.0' is not there")]
    [TestCase("cifar-resnet", "'layer1.0' is not there")]
    [TestCase("torchvision-vgg", "'classifier.3.weight' is not there")]
    [TestCase("vgg16", "'features.0.weight' expected [64, 3, 3, 3], found [3, 3, 3, 3]")]
    [TestCase("hydra-vggg", "there is no architecture 'hydra-vggg'; known are hydra-vgg, ", "; did you mean 'hydra-vgg'?")]
    public void It_is_another_architecture_than_was_said(string architecture, params string[] sayings) =>
        AssertRefused("hydra-vgg11-zeros", new(Architecture: architecture), _ => { }, sayings);

    [TestCase("preact-resnet18-v1")]
    [TestCase("preact-resnet10-v2")]
    public void Names_and_shapes_do_not_say_where_shortcuts_read(string name) => AssertRefused(
        name, new(), _ => { }, "found 2 that have its names and shapes: preact-resnet: ", "; preact-resnet-v2: ", "Say by --as");

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    public void A_weight_is_no_number(float value, string found) => AssertRefused(
        "cifar-resnet10", new(), tensors => Change(tensors, "linear.weight", 3, value),
        $"tensor 'linear.weight', element 3: expected a finite number, found {found}");

    [Test]
    public void A_variance_is_negative() => AssertRefused(
        "cifar-resnet10", new(), tensors => Change(tensors, "bn1.running_var", 1, -1),
        "tensor 'bn1.running_var', element 1: expected a finite variance of at least 0, found -1");

    [TestCase(ElementType.F16)]
    [TestCase(ElementType.BF16)]
    public void Weights_are_halves(ElementType type) => AssertRefused(
        "cifar-resnet10", new(),
        tensors => Replace(tensors, "linear.weight", tensor => new HostTensor(tensor.Name, type, tensor.Dimensions, new byte[2 * tensor.Count])),
        $"tensor 'linear.weight' expected F32 elements, found {type}; in PyTorch, save model.float().state_dict()");

    [Test]
    public void Weights_are_bytes() => AssertRefused(
        "cifar-resnet10", new(),
        tensors => Replace(tensors, "linear.weight", tensor => new HostTensor(tensor.Name, ElementType.U8, tensor.Dimensions, new byte[tensor.Count])),
        "tensor 'linear.weight' expected F32 elements, found U8");

    [Test]
    public void Weights_are_doubles_that_no_float_holds() => AssertRefused(
        "cifar-resnet10", new(),
        tensors => Replace(tensors, "linear.bias", tensor => new HostTensor(
            tensor.Name, ElementType.F64, tensor.Dimensions, [.. Enumerable.Repeat(0.1, tensor.Count).SelectMany(BitConverter.GetBytes)])),
        "tensor 'linear.bias' expected F32 elements, found F64 that no 32-bit float holds");

    [Test]
    public void Weights_are_quantised()
    {
        var pickle = new PickleWriter().OrderedDict().Op('(').Text("fc.weight")
            .Global("torch._utils", "_rebuild_qtensor").Op('(').Storage("QInt8Storage", "0", 1).Op('t').Op('R').Op('u');
        Assert.That(
            () => NetworkImport.Read(new PthFile(folder).Pickle(pickle).Save(), backend, new ImportOptions()),
            Refuses.Saying("fc.weight", "_rebuild_qtensor", "not read"));
    }

    [Test]
    public void There_are_no_tensors() => AssertRefused("cifar-resnet10", new(), tensors => tensors.Clear(), "expected the tensors of a network");

    [Test]
    public void It_is_a_checkpoint_already()
    {
        using SpikingModel model = NetworkImport.Read(ForeignCase.All[0].Recorded, backend, ForeignCase.All[0].Options).Model;
        ModelFile.Save(folder.File("a"), model, new ModelInfo("cifar10", 0, "imported"));
        Assert.That(
            () => NetworkImport.Read(folder.File("a"), backend, new ImportOptions()),
            Refuses.At(folder.File("a"), "found a checkpoint of rsnn; use it as it is"));
    }

    [Test]
    public void Nobody_says_how_many_scored_weights_are_kept() =>
        AssertRefused("hydra-vgg4-scores", new(), _ => { }, "has scores of its weights (popup_scores)", "expected --keep SHARE");

    [TestCase(0.0)]
    [TestCase(-0.1)]
    [TestCase(1.01)]
    [TestCase(double.NaN)]
    public void The_share_to_keep_is_none(double keep) =>
        AssertRefused("hydra-vgg4-scores", new(Keep: keep), _ => { }, "--keep: expected a share above 0 and at most 1");

    [Test]
    public void A_share_is_said_without_scores() =>
        AssertRefused("cifar-resnet10", new(Keep: 0.5), _ => { }, "expected scores of its weights", "leave --keep out");

    [Test]
    public void A_layer_has_no_scores() => AssertRefused(
        "hydra-vgg4-scores", new(Keep: 0.5), tensors => tensors.RemoveAll(tensor => tensor.Name == "features.3.popup_scores"),
        "expected the tensor 'features.3.popup_scores' [3, 3, 3, 3], as other layers have one, found none");

    [Test]
    public void A_layer_has_no_share() => AssertRefused(
        "harp-vgg6-rates", new(Keep: 0.5), tensors => tensors.RemoveAll(tensor => tensor.Name == "features.3.k_score"),
        "expected the tensor 'features.3.k_score' []");

    [Test]
    public void Scores_are_of_channels() => AssertRefused(
        "hydra-vgg4-scores", new(Keep: 0.5),
        tensors => Replace(tensors, "features.3.popup_scores", tensor => HostTensor.FromFloats(tensor.Name, [1, 3, 1, 1], [1, 2, 3])),
        "tensor 'features.3.popup_scores' expected [3, 3, 3, 3], found [1, 3, 1, 1]", "not by channels");

    [Test]
    public void A_score_is_no_number() => AssertRefused(
        "hydra-vgg4-scores", new(Keep: 0.5), tensors => Change(tensors, "features.3.popup_scores", 5, float.NaN),
        "tensor 'features.3.popup_scores' expected finite numbers, found NaN");

    [Test]
    public void Nobody_says_what_images_were_normalised_with() =>
        AssertRefused("reference-vggmini", new(), _ => { }, "does not say what its images were normalised with", "expected --normalise", "cifar10");

    [Test]
    public void Half_a_normalisation_is_there() => AssertRefused(
        "wide-resnet16-buffers", new(), tensors => tensors.RemoveAll(tensor => tensor.Name == "sigma"),
        "expected one mean and one deviation of a normalisation, found 'mu'");

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    public void A_deviation_is_none(float deviation) => AssertRefused(
        "wide-resnet16-buffers", new(), tensors => Change(tensors, "sigma", 1, deviation),
        "tensor 'sigma' expected 3 numbers, finite and above 0 in single precision");

    [TestCase("sigma", 1e-60)]
    [TestCase("sigma", 1e39)]
    [TestCase("mu", -1e39)]
    public void A_double_of_the_normalisation_is_none_in_single_precision(string name, double value) => AssertRefused(
        "wide-resnet16-buffers", new(), tensors => Replace(tensors, name, tensor => new HostTensor(
            name, ElementType.F64, [3], [.. new[] { 0.5, value, 0.5 }.SelectMany(BitConverter.GetBytes)])),
        $"tensor '{name}' expected 3 numbers, finite", "in single precision", "one a colour, found 0.5, ");

    [Test]
    public void A_normalisation_is_said_that_is_not_the_file_s() => AssertRefused(
        "wide-resnet16-buffers", new(Normalisation: PixelStatistics.Svhn), _ => { },
        "--normalise expected what the file itself says, means 0.49, 0.48, 0.45, deviations 0.25, 0.24, 0.26, found means 0.5, 0.5, 0.5");

    [Test]
    public void Nobody_says_for_how_many_steps_a_network_was_converted() => AssertRefused(
        "reference-vggmini", new(Normalisation: PixelStatistics.Svhn), tensors => tensors.Add(HostTensor.FromFloats("features.2.v_th", [], [0.7f])),
        "is a network that was converted (its threshold 'features.2.v_th' is not 1): expected --timesteps");

    [Test]
    public void A_converted_network_lacks_thresholds() => AssertRefused(
        "reference-vggmini", new("vggmini", Normalisation: PixelStatistics.Svhn, Timesteps: 4),
        tensors => tensors.Add(HostTensor.FromFloats("features.2.v_th", [], [0.7f])), "expected vggmini, found another network: ", "is not there");

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    public void A_threshold_is_none(float threshold) => AssertRefused(
        "reference-vggmini", new(Normalisation: PixelStatistics.Svhn, Timesteps: 4), tensors =>
        {
            AddThresholds(tensors);
            Change(tensors, "features.6.v_th", 0, threshold);
        },
        "tensor 'features.6.v_th', element 0: expected a finite threshold above 0");

    [Test]
    public void Networks_of_others_are_not_converted() => AssertRefused(
        "cifar-resnet10", new("cifar-resnet", Timesteps: 4), tensors => tensors.Add(HostTensor.FromFloats("relu.v_th", [], [0.7f])), "it has no 'relu.v_th'");

    [TestCase("--timesteps")]
    [TestCase("--leak")]
    [TestCase("--reset")]
    public void What_only_spiking_networks_have_is_said_of_an_ann(string option) => AssertRefused(
        "reference-vggmini", new(Normalisation: PixelStatistics.Svhn, Timesteps: option == "--timesteps" ? 4 : null, Leak: option == "--leak" ? 0.9 : null,
            Reset: option == "--reset" ? Reset.Soft : null), _ => { }, $"{option} expected a network that was converted", "found an ANN", $"leave {option} out");

    [Test]
    public void More_steps_than_a_checkpoint_may_have_are_refused() => AssertRefused(
        "reference-vggmini", new(Timesteps: 1001), _ => { }, "--timesteps: expected at most 1000, found 1001");

    [Test]
    public void A_network_of_the_reference_spikes_and_nobody_says_for_how_many_steps()
    {
        string path = GoldenFolders.Require("resnet20-t4-hard.pth");
        Assert.That(() => NetworkImport.Read(path, backend, new ImportOptions()), Refuses.At(path, "its threshold 'features.2.v_th' is not 1", "--timesteps"));
    }

    [TestCase("wide-resnet10-sub", 64, "on images of 32 × 32 only, --size says 64 × 64")]
    [TestCase("torchvision-vgg11", 32, "'classifier.0.weight' expected [6, 4] for images of 3 × 32 × 32, found [6, 196]")]
    [TestCase("hydra-vgg11-zeros", 33, "MaxPool expects rows and columns that 2 divides")]
    [TestCase("torchvision-resnet10", 100000, "more than the 2147483647 that one sample can have")]
    public void Images_have_a_size_that_does_not_fit(string name, int size, string saying)
    {
        string architecture = ForeignCase.All.Single(each => each.Name == name).Architecture;
        AssertRefused(name, new(Size: size), _ => { }, $"The nearest: {architecture}: fits by its names, but not with --size {size}: ", saying, ". Known are");
        AssertRefused(name, new(Architecture: architecture, Size: size), _ => { }, $": {architecture} fits by its names, but not with --size {size}: ", saying);
    }

    [Test]
    public void Neither_names_nor_size_fit() => AssertRefused(
        "torchvision-vgg11", new(Size: 32), tensors => Replace(tensors, "classifier.0.weight", tensor => HostTensor.FromFloats(tensor.Name, [6, 16], new float[96])),
        "The nearest: torchvision-vgg: 'classifier.0.weight' expected [6, 4] for images of 3 × 32 × 32, found [6, 16]");

    [Test]
    public void What_cannot_be_built_is_near_and_its_sentence_ends_once()
    {
        string path = Changed("torchvision-resnet10", tensors => Replace(tensors, "fc.weight", tensor => HostTensor.FromFloats(tensor.Name, [0, 6], [])));
        var refusal = Assert.Throws<BadInputException>(() => NetworkImport.Read(path, backend, new ImportOptions()))!;
        Assert.That(refusal.Message, Does.Contain("The nearest: torchvision-resnet: ").And.Contain("expects at least 1 class, found 0; ").And.Not.Contain(".."));
    }

    [Test]
    public void Names_that_a_reader_misses_the_last_of_are_near() => AssertRefused(
        "torchvision-resnet10", new(), tensors => tensors.RemoveAll(tensor => tensor.Name == "fc.weight"),
        "The nearest: torchvision-resnet: 'fc.weight' is not there, expected a tensor of 2 dimensions; ");

    [Test]
    public void Nothing_is_near_what_has_no_known_name() => AssertRefused(
        "torchvision-resnet10", new(), tensors =>
        {
            tensors.Clear();
            tensors.Add(HostTensor.FromFloats("strange", [1], [1]));
        },
        "found none that has its 1 tensors. Known are hydra-vgg");

    private void AssertRefused(string name, ImportOptions options, Action<List<HostTensor>> change, params string[] sayings)
    {
        string path = Changed(name, change);
        Assert.That(() => NetworkImport.Read(path, backend, options), Refuses.Saying(sayings));
    }

    /// <summary>What conversion adds to vggmini: thresholds, and biases of linear layers.</summary>
    private static void AddThresholds(List<HostTensor> tensors)
    {
        HostTensor[] linear = [.. tensors.Where(tensor => tensor.Name.StartsWith("classifier.", StringComparison.Ordinal))];
        tensors.AddRange(linear.Select(weight => HostTensor.FromFloats(
            weight.Name.Replace("weight", "bias", StringComparison.Ordinal), [weight.Dimensions[0]], new float[weight.Dimensions[0]])));
        tensors.AddRange(
            from name in new[] { "features.2", "features.6", "features.10", "classifier.2" } select HostTensor.FromFloats($"{name}.v_th", [], [0.7f]));
    }

    /// <summary>The recorded network with a change, as a file.</summary>
    private string Changed(string name, Action<List<HostTensor>> change)
    {
        string path = folder.File("net.safetensors");
        List<HostTensor> tensors = [.. TensorFile.Read(ForeignCase.All.Single(each => each.Name == name).Recorded).Tensors];
        change(tensors);
        Safetensors.Write(path, tensors, new Dictionary<string, string>());
        return path;
    }

    private static void Replace(List<HostTensor> tensors, string name, Func<HostTensor, HostTensor> other)
    {
        int at = tensors.FindIndex(tensor => tensor.Name == name);
        tensors[at] = other(tensors[at]);
    }

    private static void Change(List<HostTensor> tensors, string name, int index, float value) => Replace(tensors, name, tensor =>
    {
        float[] values = tensor.ToFloats();
        values[index] = value;
        return HostTensor.FromFloats(name, tensor.Dimensions, values);
    });
}
