using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RobustSnn.Cli.Tests;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Exchange.Onnx;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.Onnx;

public class OnnxFileTests
{
    private const int Images = 8;

    private TemporaryFolder folder = null!;

    private string Checkpoint => folder.File("net.safetensors");

    private string Target => folder.File("net.onnx");

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void ONNX_Runtime_computes_what_we_do(
        [ValueSource(typeof(SavedNetwork), nameof(SavedNetwork.Architectures))] string architecture, [Values] bool isSpiking)
    {
        SavedNetwork.Save(Checkpoint, architecture, isSpiking);
        RequireParity();
    }

    [TestCase(0.75, "hard")]
    [TestCase(1.0, "soft")]
    [TestCase(0.9, "soft")]
    public void Leaks_and_resets_are_those_of_the_network(double leak, string reset)
    {
        SavedNetwork.Save(Checkpoint, "resnet8", neurons: new NeuronModel(leak, reset == "hard" ? Reset.Hard : Reset.Soft));
        RequireParity();
    }

    [Test]
    public void A_file_says_its_operators_and_network()
    {
        SavedNetwork.Save(Checkpoint, neurons: new NeuronModel(0.5, Reset.Soft));
        Export();
        using var session = new InferenceSession(Target);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(session.ModelMetadata.ProducerName, Is.EqualTo("rsnn"));
            Assert.That(session.ModelMetadata.CustomMetadataMap["timesteps"], Is.EqualTo("3"));
            Assert.That(session.ModelMetadata.CustomMetadataMap["leak"], Is.EqualTo("0.5"));
            Assert.That(session.ModelMetadata.CustomMetadataMap["reset"], Is.EqualTo("soft"));
            Assert.That(session.InputMetadata[OnnxFile.Input].Dimensions, Is.EqualTo(new[] { -1, 3, 8, 8 }));
            Assert.That(session.OutputMetadata[OnnxFile.Output].Dimensions, Is.EqualTo(new[] { -1, 4 }));
        }
    }

    [Test]
    public void Another_name_of_the_file_is_refused()
    {
        SavedNetwork.Save(Checkpoint);
        Outcome outcome = Shell.Run("export", Checkpoint, folder.File("net.pb"), "--to", "onnx");
        Assert.That((outcome.Code, File.Exists(folder.File("net.pb"))), Is.EqualTo((2, false)));
        Assert.That(outcome.Error, Does.Contain(".onnx"));
    }

    [Test]
    public void A_network_as_converted_is_refused()
    {
        using (IBackend backend = Backends.Open(options: new(1)))
        using (var model = new SpikingModel(Conversion.toSpiking(new NeuronModel(1, Reset.Hard), Architectures.build("vggmini", 4, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5])), backend))
        {
            ModelFile.Save(Checkpoint, model, new ModelInfo("unknown", 3, "convert"));
        }

        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "onnx");
        Assert.That((outcome.Code, File.Exists(Target)), Is.EqualTo((2, false)));
        Assert.That(outcome.Error, Does.Contain("BatchNorm statistics"));
    }

    private void Export()
    {
        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "onnx");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("not compared here"));
    }

    private void RequireParity()
    {
        Export();
        float[] images = SavedNetwork.Images(Images);
        using var session = new InferenceSession(Target);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(OnnxFile.Input, new DenseTensor<float>(images, [Images, 3, 8, 8]))]);
        using IBackend backend = Backends.Open(options: new(1));
        LoadedModel loaded = ModelFile.Load(Checkpoint, backend);
        using (loaded.Model)
        {
            Parity.Require(loaded.Model, images, loaded.Info.Timesteps, [.. results[0].AsTensor<float>()], "ONNX Runtime");
        }
    }
}
