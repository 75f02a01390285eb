using System.IO.Compression;
using RobustSnn.Cli.Tests;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Exchange.Traces;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.Traces;

public class TraceTests
{
    private const int Images = 5;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>The membranes explain the spikes, and the spikes are those of a pass of the reference backend that watches nothing.</summary>
    [Test]
    public void Spikes_are_those_of_a_pass_and_follow_from_membranes(
        [ValueSource(typeof(SavedNetwork), nameof(SavedNetwork.Architectures))] string architecture, [Values] bool isHard,
        [Values("reference", "cpu")] string backendName)
    {
        using IBackend backend = Backends.Open(backendName, new(1));
        using IBackend reference = Backends.Open("reference");
        var neurons = new NeuronModel(0.75, isHard ? Reset.Hard : Reset.Soft);
        using SpikingModel model = SavedNetwork.Make(backend, architecture, isSpiking: true, isPruned: true, neurons);
        using SpikingModel plain = SavedNetwork.Make(reference, architecture, isSpiking: true, isPruned: true, neurons);
        float[] images = SavedNetwork.Images(Images);
        var expected = new Dictionary<string, float[]>();
        using var plan = new Plan(plain, Images, SavedNetwork.Timesteps, PassMode.InputGradient);
        plan.Pixels.Upload(images);
        plan.ForwardWatching(Images, (node, spikes) => expected[plain.Network.Nodes[node].Name] = spikes.ToHost(Images));
        using var trace = new NetworkTrace(model, images, SavedNetwork.Timesteps);
        TracedLayer[] layers = [.. trace.Layers()];
        Assert.That(layers.Select(layer => layer.Name), Is.EqualTo(expected.Keys));
        int others = 0;
        foreach (TracedLayer layer in layers)
        {
            others += ByImage(expected[layer.Name], layer.Shape.Count).Zip(layer.Spikes).Count(pair => pair.First != pair.Second);
            Assert.That(layer.Spikes, Is.EqualTo(layer.Membranes.Select((u, i) => u >= Threshold(layer, i) ? 1 : 0)), layer.Name);
            Assert.That(layer.Spikes, Has.Some.EqualTo(1).And.Some.EqualTo(0), layer.Name);
        }

        TestContext.Out.WriteLine($"{others} of {layers.Sum(layer => layer.Spikes.Length)} spikes are others");
        Assert.That(others, backendName == "reference" ? Is.Zero : Is.LessThan(layers.Sum(layer => layer.Spikes.Length) / 1000));
        Assert.That(trace.Logits().Mean.Zip(plan.Logits.ToArray(), (one, other) => Math.Abs(one - other)).Max(), Is.LessThan(backendName == "reference" ? 1e-5f : 1));
    }

    [Test]
    public void NumPy_reads_it_and_computes_the_neurons_once_more([Values] bool isHard)
    {
        Python python = Python.With("numpy");
        string checkpoint = folder.File("snn.safetensors");
        using (IBackend backend = Backends.Open(options: new(1)))
        {
            SavedNetwork.Save(checkpoint, neurons: new NeuronModel(0.75, isHard ? Reset.Hard : Reset.Soft));
            LoadedModel loaded = ModelFile.Load(checkpoint, backend);
            using (loaded.Model)
            {
                TraceSummary summary = TraceFile.Write(folder.File("trace.npz"), loaded.Model, SavedNetwork.Images(Images), new long[] { 0, 1, 2, 3, 0 }, 3);
                Assert.That(summary.Difference, Is.LessThan(1e-4f));
                Assert.That(summary.Layers, Is.EqualTo(4));
            }
        }

        python.Run(
            """
            import sys, numpy as np
            trace, hard = np.load(sys.argv[1]), sys.argv[2] == 'True'
            layers = [name[7:] for name in trace.files if name.startswith('spikes/')]
            assert len(layers) == 4, trace.files
            for name in layers:
                s, u, v = trace['spikes/' + name].astype('f4'), trace['membranes/' + name], trace['thresholds/' + name]
                assert s.shape == u.shape and s.shape[:2] == (5, 3) and s.ndim == 5, s.shape
                assert (s == (u >= v)).all(), name
                after = u * (1 - s) if hard else u - s * v
                current = u[:, 1:] - np.float32(0.75) * after[:, :-1]
                if name == layers[0]:
                    assert np.abs(current - u[:, :1]).max() < 1e-5, 'the image is the same at every step'
            assert trace['images'].shape == (5, 3, 8, 8) and (trace['labels'] == [0, 1, 2, 3, 0]).all()
            assert trace['logits_by_step'].shape == (5, 3, 4)
            assert np.abs(trace['logits_by_step'].mean(1) - trace['logits']).max() < 1e-5
            assert (trace['logits'].argmax(1) == trace['classes']).all()
            """,
            folder.File("trace.npz"), $"{isHard}");
    }

    [Test]
    public void The_command_traces_images_of_a_data_set()
    {
        string checkpoint = folder.File("snn.safetensors");
        using (IBackend backend = Backends.Open(options: new(1)))
        using (SpikingModel model = Shapes(backend))
        {
            ModelFile.Save(checkpoint, model, new ModelInfo("shapes10", 2, "finetune_snn"));
        }

        Outcome outcome = Shell.Run("trace", checkpoint, "--image", "3", "0", "--out", folder.File("trace.npz"));
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("2 images, 4 layers").And.Contain("logits differ by at most"));
        using ZipArchive archive = ZipFile.OpenRead(folder.File("trace.npz"));
        Assert.That(archive.Entries.Select(entry => entry.FullName), Does.Contain("labels.npy").And.Contain("membranes/features.2.npy"));
    }

    [TestCase("99999999", "expected numbers from 0 to")]
    [TestCase("nowhere.png", "nowhere.png")]
    public void What_is_no_image_is_refused(string image, string said)
    {
        string checkpoint = folder.File("snn.safetensors");
        using (IBackend backend = Backends.Open(options: new(1)))
        using (SpikingModel model = Shapes(backend))
        {
            ModelFile.Save(checkpoint, model, new ModelInfo("shapes10", 2, "finetune_snn"));
        }

        Outcome outcome = Shell.Run("trace", checkpoint, "--image", image, "--out", folder.File("trace.npz"));
        Assert.That((outcome.Code, File.Exists(folder.File("trace.npz"))), Is.EqualTo((2, false)));
        Assert.That(outcome.Error, Does.Contain(said));
    }

    [Test]
    public void What_has_no_spikes_or_too_many_is_refused()
    {
        using IBackend backend = Backends.Open(options: new(1));
        using SpikingModel ann = SavedNetwork.Make(backend, "vggmini", isSpiking: false, isPruned: false);
        using SpikingModel snn = SavedNetwork.Make(backend, "vggmini", isSpiking: true, isPruned: false);
        Assert.That(() => new NetworkTrace(ann, SavedNetwork.Images(1), 3), Refuses.Saying("no spiking neurons"));
        Assert.That(() => new NetworkTrace(snn, SavedNetwork.Images(1), 0), Refuses.Saying("T = 0"));
        Assert.That(() => new NetworkTrace(snn, SavedNetwork.Images(300), 1000), Refuses.Saying("give fewer images"));
    }

    private static SpikingModel Shapes(IBackend backend)
    {
        var model = new SpikingModel(
            Conversion.toSpiking(new NeuronModel(1, Reset.Hard), Architectures.build("vggmini", 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25])), backend);
        model.Initialise(1);
        foreach (ParameterTensor statistic in model.Parameters.All.Where(parameter => !parameter.Specification.Trainable))
        {
            backend.Fill(statistic.Value, 0.5f);
        }

        return model;
    }

    private static float Threshold(TracedLayer layer, int index) => layer.Thresholds.Length == 1
        ? layer.Thresholds[0]
        : layer.Thresholds[index / (layer.Shape.Rows * layer.Shape.Columns) % layer.Thresholds.Length];

    private static float[] ByImage(float[] values, int size)
    {
        int steps = SavedNetwork.Timesteps;
        return [.. from image in Enumerable.Range(0, Images) from step in Enumerable.Range(0, steps) from i in Enumerable.Range(0, size) select values[(step * Images + image) * size + i]];
    }
}
