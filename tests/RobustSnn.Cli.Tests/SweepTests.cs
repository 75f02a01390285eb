using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Sweeps;

namespace RobustSnn.Cli.Tests;

/// <summary>A sweep of tiny experiments, as somebody runs it who has a file.</summary>
public sealed class SweepTests
{
    private const string Text = """
        name: tiny
        base: shapes10-quick
        set:
          data: { train_count: 40, test_count: 8, validation_count: 8 }
          network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A], head: [8] }
          batch_size: 12
          pretrain: { epochs: 1, attack_steps: 1 }
          finetune_ann: { epochs: 1, attack_steps: 1 }
          convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
          finetune_snn: { epochs: 1 }
          evaluate: { samples: 8, batch_size: 8, attacks: [fgsm], stages: [finetune_snn] }
        grid:
          prune.method: [lwm, erk]
        seeds: [1, 2]
        """;

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        File.WriteAllText(folder["tiny.yaml"], Text);
    }

    [TearDown]
    public void Close() => folder.Dispose();

    [Test]
    public void It_ends_with_one_table_of_means_and_deviations()
    {
        Outcome outcome = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"(?m)^run +network +seeds +clean +fgsm +weights kept +spikes an image"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^lwm +SNN finetuned +2 +[\d.]+ ± [\d.]+ % +[\d.]+ ± [\d.]+ % +10\.\d % +[\d,]+"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^erk +SNN finetuned +2 "));
        Assert.That(outcome.Output, Does.Match(@"pretrain: as .*lwm-seed1 has it"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^  features\.0\.weight +█* *[▏▎▍▌▋▊▉]? +\d+\.\d %  +\d+ of +\d+"), "a bar for each layer");
    }

    [Test]
    public void A_sweep_that_is_there_is_refused_and_gone_on_with()
    {
        Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1");
        Outcome again = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"]);
        Assert.That(again.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(again.Error, Does.Contain("--resume"));
        Outcome resumed = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--resume", "--threads", "1");
        Assert.That(resumed.Code, Is.Zero, resumed.Error);
        Assert.That(resumed.Output, Does.Contain("run 4 of 4: done before").And.Not.Contain("epoch 1/1"));
    }

    [Test]
    public void Runs_are_listed_without_running_any()
    {
        Outcome outcome = Shell.Run("sweep", folder["tiny.yaml"], "--list", "--out", folder["sweep"]);
        Assert.That(outcome.Output, Does.Match(@"(?m)^erk +2 +erk-seed2"));
        Assert.That(Directory.Exists(folder["sweep"]), Is.False);
    }

    [Test]
    public void Parts_are_run_apart_and_make_one_table()
    {
        Outcome first = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1", "--shard", "1/2");
        Assert.That(first.Code, Is.Zero, first.Error);
        Outcome half = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--table");
        Assert.That(half.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(half.Error, Does.Match("(?m)^warning: lwm-seed2 is not in the table: it is not there$").And.Contain("erk-seed2 is not in the table"));
        Assert.That(Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1", "--shard", "2/2").Code, Is.Zero);
        Outcome whole = Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--table");
        Assert.That(whole.Code, Is.Zero, whole.Error);
        Assert.That(whole.Output, Does.Match(@"(?m)^lwm +SNN finetuned +2 ").And.Match(@"(?m)^erk +SNN finetuned +2 "));
    }

    [TestCase("--table is of the whole sweep", "--table", "--shard", "1/2")]
    [TestCase("--shard auto: expected a part from a scheduler", "--shard", "auto")]
    [TestCase("as there are runs, 4, found 5", "--shard", "1/5")]
    [TestCase("expected the folder of the sweep tiny", "--table")]
    public void Parts_that_there_are_not_are_refused(string expected, params string[] options)
    {
        Outcome outcome = Shell.Run(["sweep", folder["tiny.yaml"], "--out", folder["sweep"], .. options]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain(expected));
    }

    [Test]
    public void A_run_that_diverges_fails_the_sweep_and_is_named()
    {
        Outcome outcome = Shell.Run(
            "sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1", "--set", "finetune_snn.learning_rate=1e30");
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(outcome.Error, Does.Contain("lwm-seed1 is not in the table").And.Contain("training diverged"));
    }

    [TestCase("figure2-smal", "did you mean 'figure2-small'")]
    [TestCase("no-such-sweep", "does not exist")]
    [TestCase("./no-such-file.yaml", "no-such-file.yaml")]
    public void What_is_not_there_is_refused(string name, string expected)
    {
        Outcome outcome = Shell.Run("sweep", name);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain(expected));
    }

    [TestCaseSource(typeof(SweepPresets), nameof(SweepPresets.Names))]
    public void Sweeps_are_listed_with_the_presets(string sweep) => Assert.That(Shell.Run("presets").Output, Does.Match($@"(?m)^{sweep}\s+\S"));

    [Test]
    public void A_preset_is_printed_in_full()
    {
        Outcome outcome = Shell.Run("presets", "p2-cifar10-vgg16-uniform", "--resolved");
        Assert.That(outcome.Output, Does.Contain("method: hydra").And.Contain("architecture: vgg16").And.Contain("percentile: 99.7"));
        Assert.That(outcome.Output, Does.Not.Contain("base:"));
    }

    [TestCase("presets", "--resolved")]
    [TestCase("presets", "figure2-small", "--resolved")]
    public void What_cannot_be_printed_in_full_is_refused(params string[] arguments) =>
        Assert.That(Shell.Run(arguments).Code, Is.EqualTo(ExitCode.BadInput));

    [Test]
    public void A_run_begins_with_a_checkpoint_that_is_given()
    {
        Shell.Run("sweep", folder["tiny.yaml"], "--out", folder["sweep"], "--threads", "1");
        string from = Path.Combine(folder["sweep"], "lwm-seed1", "pretrained.safetensors");
        string experiment = Path.Combine(folder["sweep"], "lwm-seed1", "experiment.yaml");
        Outcome outcome = Shell.Run("run", experiment, "--from", from, "--start-at", "prune", "--out", folder["later"], "--threads", "1");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Not.Contain("pretrain").And.Contain("prune: least weight magnitude"));
        Assert.That(Shell.Run("run", experiment, "--from", from, "--out", folder["other"]).Error, Does.Contain("start.at: the key is missing"));
        Assert.That(Shell.Run("run", experiment, "--start-at", "prune", "--out", folder["other"]).Error, Does.Contain("start.from: the key is missing"));
    }
}
