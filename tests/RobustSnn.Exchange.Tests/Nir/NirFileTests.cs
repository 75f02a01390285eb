using PureHDF;
using RobustSnn.Cli.Tests;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.Nir;

public class NirFileTests
{
    private TemporaryFolder folder = null!;

    private string Checkpoint => folder.File("net.safetensors");

    private string Target => folder.File("net.nir");

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_threshold_is_the_largest_float_below_ours()
    {
        SavedNetwork.Save(Checkpoint);
        Export();
        using var file = H5File.OpenRead(Target);
        using IBackend backend = Backends.Open(options: new(1));
        using SpikingModel model = ModelFile.Load(Checkpoint, backend).Model;
        float threshold = model.Parameters["features.2.v_th"].ToDense()[0];
        float[] written = file.Dataset("/node/nodes/features.2/v_threshold").Read<float[]>();
        Assert.That(written, Has.Length.EqualTo(8 * 8 * 8).And.All.EqualTo(MathF.BitDecrement(threshold)));
    }

    [Test]
    public void What_NIR_leaves_open_is_said_by_layer()
    {
        SavedNetwork.Save(Checkpoint, neurons: new NeuronModel(0.75, Reset.Hard));
        string said = Export();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(said, Does.Contain("warning: norm: reads the same image at each of 3 timesteps"));
            Assert.That(said, Does.Contain("warning: classifier.4: gives scores at each timestep"));
            Assert.That(said, Does.Contain("features.2, ").And.Contain("v > v_threshold"));
            Assert.That(said, Does.Contain("leak 0.75: as LIF with τ = r = 4"));
        }
    }

    [Test]
    public void What_NIR_cannot_say_is_refused_by_layer()
    {
        SavedNetwork.Save(Checkpoint, neurons: new NeuronModel(1, Reset.Soft));
        Refused("features.2: its neurons take the threshold from the membrane");
        SavedNetwork.Save(Checkpoint, "vgg with max pooling");
        Refused("features.3: NIR has no max pooling");
        SavedNetwork.Save(Checkpoint, isSpiking: false);
        Refused("expected a spiking network");
    }

    private string Export()
    {
        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "nir");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("read back, every array is the same"));
        return outcome.Error;
    }

    private void Refused(string said)
    {
        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "nir");
        Assert.That((outcome.Code, File.Exists(Target)), Is.EqualTo((2, false)), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(said));
    }
}
