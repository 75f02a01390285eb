using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Experiments.Tests.Monitoring;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>
/// What TensorBoard is shown of a run: of one that was not disturbed, and of some that were. Steps 1 to 3 are pretrain's; each stage that
/// comes has one before its epochs, prune 4, finetune_ann 5, convert 7, finetune_snn 8.
/// </summary>
public sealed class RunEventsTests
{
    private const string Text = """
        base: shapes10-quick
        name: tiny
        data: { train_count: 40, test_count: 4, validation_count: 8 }
        network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A, 6, A], head: [8] }
        batch_size: 12
        pretrain: { epochs: 3, attack_steps: 1 }
        finetune_ann: { epochs: 1, attack_steps: 1 }
        convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
        finetune_snn: { epochs: 2 }
        evaluate: { samples: 4, batch_size: 4, attacks: [] }
        energy: null
        """;

    private static readonly ExperimentSettings Settings = SettingsReader.Read(Text, "tiny.yaml");

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;
    private (long Step, string Tag, WireFields Value)[] values = null!;

    [OneTimeSetUp]
    public void RunUnbroken()
    {
        folder = new TemporaryFolder();
        backend = Backends.Open(options: new(1));
        ExperimentRun.Run(Settings, folder.File("unbroken"), false, backend, new Silent(), default);
        values = [.. EventReader.Values(Files("unbroken").Single())];
    }

    [OneTimeTearDown]
    public void Clear()
    {
        folder.Dispose();
        backend.Dispose();
    }

    [TestCase("pretrain", 1, 3)]
    [TestCase("finetune_ann", 6, 1)]
    [TestCase("finetune_snn", 9, 2)]
    public void Curves_are_those_of_the_results(string stage, int firstStep, int epochs)
    {
        var results = RunResults.Read(RunFolder.ResultsFile(folder.File("unbroken"))).Epochs.Where(epoch => epoch.Stage == stage).ToArray();
        Assert.That(results, Has.Length.EqualTo(epochs));
        foreach (var (index, epoch) in results.Index())
        {
            Assert.That(Number($"{stage}/loss", firstStep + index), Is.EqualTo((float)epoch.Loss));
            Assert.That(Number($"{stage}/accuracy/training", firstStep + index), Is.EqualTo((float)epoch.TrainingAccuracy));
            Assert.That(Number($"{stage}/accuracy/validation_clean", firstStep + index), Is.EqualTo((float)epoch.ValidationClean!.Value));
            Assert.That(Number($"{stage}/accuracy/validation_robust", firstStep + index), Is.EqualTo((float)epoch.ValidationRobust!.Value));
            Assert.That(Number($"{stage}/learning_rate", firstStep + index), Is.EqualTo((float)epoch.LearningRate));
            Assert.That(Number($"{stage}/images_per_second", firstStep + index), Is.GreaterThanOrEqualTo((float)(32 / epoch.Seconds)));
        }
    }

    [Test]
    public void Thresholds_as_converted_are_those_of_the_checkpoint()
    {
        using var model = ModelFile.Load(Path.Combine(folder.File("unbroken"), "converted.safetensors"), backend).Model;
        var thresholds = model.Parameters.All.Where(each => each.Specification.Kind.IsThreshold).ToDictionary(each => each.Name, each => each.Value.ToArray()[0]);
        Assert.That(thresholds, Is.Not.Empty);
        foreach (var (name, threshold) in thresholds)
        {
            Assert.That(Number($"convert/threshold/{name}", 7), Is.EqualTo(threshold));
        }

        Assert.That(Value("convert/thresholds", 7).Message(5).Double(3), Is.EqualTo(thresholds.Count));
        Assert.That(Value("convert/thresholds", 7).Message(5).Double(2), Is.EqualTo(thresholds.Values.Max()));
    }

    /// <summary>The layer's rate is of an evaluation, the neurons' of a pass of their own, over the same images: both say the same.</summary>
    [TestCase(9)]
    [TestCase(10)]
    public void Rates_of_neurons_are_those_of_their_layer(long step)
    {
        const string Layer = "finetune_snn/spike_rate/";
        var layers = values.Where(value => value.Step == step && value.Tag.StartsWith(Layer, StringComparison.Ordinal)).ToArray();
        Assert.That(layers, Has.Length.EqualTo(3));
        foreach (var (_, tag, value) in layers)
        {
            var histogram = Value($"finetune_snn/spike_rates/{tag[Layer.Length..]}", step).Message(5);
            Assert.That(histogram.Double(4) / histogram.Double(3), Is.EqualTo(value.Float(2)).Within(1e-6), tag);
            Assert.That(histogram.Double(2), Is.LessThanOrEqualTo(1));
        }

        Assert.That(layers.Max(layer => layer.Value.Float(2)), Is.GreaterThan(0));
    }

    [TestCase("pretrain", 1)]
    [TestCase("finetune_snn", 10)]
    public void Images_are_of_the_training_and_differ_from_their_twins_by_epsilon(string stage, long step)
    {
        var image = Value($"{stage}/images", step).Message(4);
        var (rows, columns) = ((int)image.Whole(1), (int)image.Whole(2));
        var pixels = new byte[rows * columns * 3];
        using var decoder = new LibPng();
        decoder.Decode(image.Bytes(4), rows, columns, pixels);
        var width = (columns + 4) / 3;
        var differences = Enumerable.Range(0, rows * (width - 4))
            .Select(i => Math.DivRem(i, width - 4) is var (y, x) ? Math.Abs(pixels[((y * columns) + x) * 3] - pixels[((y * columns) + width + x) * 3]) : 0).ToArray();
        Assert.That(differences.Max(), Is.InRange(1, 4), "epsilon is 4/255");
    }

    [TestCase("pretrain", 2, 2)]
    [TestCase("finetune_snn", 2, 10)]
    public void A_run_that_goes_on_has_another_file_and_every_step_once(string stage, int epoch, long next)
    {
        var name = $"broken-{stage}-{epoch}";
        Assert.That(() => Run(name, false, new KilledAfter(stage, epoch)), Throws.InstanceOf<OperationCanceledException>());
        Run(name, true, new Silent());
        var files = Files(name);
        Assert.That(files, Has.Count.EqualTo(2));
        Assert.That(EventReader.Read(files[1])[1].Whole(2), Is.EqualTo(next), "what TensorBoard forgets of the first file, if it has it");
        Assert.That(files.SelectMany(EventReader.Values).Select(value => (value.Step, value.Tag)),
            Is.EqualTo(values.Select(value => (value.Step, value.Tag))));
        Assert.That(Networks(name), Is.EqualTo(Networks("unbroken")));
    }

    [Test]
    public void A_run_that_cannot_write_them_says_so_once_and_comes_to_the_same_bits()
    {
        Assert.That(() => Run("full", false, new KilledAfter("pretrain", 1)), Throws.InstanceOf<OperationCanceledException>());
        File.WriteAllText(Path.Combine(folder.File("full"), "tensorboard"), "no folder can be made here");
        var listener = new Listener();
        Run("full", true, listener);
        Assert.That(listener.Notes.Count(note => note.StartsWith("warning: TensorBoard", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(Networks("full"), Is.EqualTo(Networks("unbroken")));
        var (with, without) = (RunResults.Read(RunFolder.ResultsFile(folder.File("unbroken"))), RunResults.Read(RunFolder.ResultsFile(folder.File("full"))));
        Assert.That(without.Warnings, Is.Empty);
        Assert.That(without.Rows.Select(row => (row.Network, row.Clean, row.SpikesPerImage)),
            Is.EqualTo(with.Rows.Select(row => (row.Network, row.Clean, row.SpikesPerImage))));
    }

    private IReadOnlyList<string> Files(string run) => EventReader.Files(RunEvents.FolderIn(folder.File(run)));

    private RunResults Run(string name, bool resume, IRunObserver observer) =>
        ExperimentRun.Run(Settings, folder.File(name), resume, backend, observer, default);

    private WireFields Value(string tag, long step) => values.Single(value => value.Tag == tag && value.Step == step).Value;

    private float Number(string tag, long step) => Value(tag, step).Float(2);

    private Dictionary<string, string> Networks(string run) => Directory.GetFiles(folder.File(run), "*.safetensors").ToDictionary(
        path => Path.GetFileName(path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    /// <summary>As a process that is killed when the results have an epoch and its state is not saved yet: that epoch is forgotten.</summary>
    private sealed class KilledAfter(string stage, int epoch) : Silent
    {
        public override void EpochFinished(EpochRecord record)
        {
            if (record.Stage == stage && record.Epoch == epoch)
            {
                throw new OperationCanceledException();
            }
        }
    }

    private sealed class Listener : Silent
    {
        public List<string> Notes { get; } = [];

        public override void Note(string message) => Notes.Add(message);
    }
}
