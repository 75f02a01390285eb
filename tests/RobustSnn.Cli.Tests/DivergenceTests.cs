using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Tests;

/// <summary>Training that diverges, in every stage and for every objective: an error, with the last finite state kept to go on from.</summary>
public sealed class DivergenceTests
{
    private static readonly string[] Tiny =
    [
        "shapes10-quick", "--set", "network.architecture=vggmini", "--set", "network.timesteps=2", "--set", "data.train_count=48", "--set",
        "data.test_count=20", "--set", "data.validation_count=16", "--set", "pretrain.epochs=1", "--set", "pretrain.attack_steps=1", "--set",
        "finetune_ann.epochs=1", "--set", "finetune_ann.attack_steps=1", "--set", "convert.timesteps=4", "--set", "convert.batch_count=1", "--set",
        "convert.batch_size=16", "--set", "finetune_snn.epochs=1", "--set", "evaluate.samples=20", "--set", "evaluate.attacks=[]",
    ];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TemporaryFolder();

    [TearDown]
    public void Clear() => folder.Dispose();

    [TestCase("pretrain", "natural", "the network as the seed draws it")]
    [TestCase("pretrain", "at", "the network as the seed draws it")]
    [TestCase("pretrain", "trades", "the network as the seed draws it")]
    [TestCase("finetune_ann", "natural", "pruned.safetensors")]
    [TestCase("finetune_ann", "at", "pruned.safetensors")]
    [TestCase("finetune_ann", "trades", "pruned.safetensors")]
    [TestCase("finetune_snn", "natural", "converted.safetensors")]
    [TestCase("finetune_snn", "trades", "converted.safetensors")]
    public void It_is_an_error_that_names_the_last_finite_state(string stage, string objective, string lastFinite)
    {
        // One step an epoch: its loss is that of the network before, and finite.
        Outcome outcome = Run($"{stage}.learning_rate=1e30", $"{stage}.objective={objective}", $"{stage}.momentum=0.9");
        AssertDiverged(outcome, stage, lastFinite);
        Assert.That(outcome.Output, Does.Not.Contain($"{stage}: epoch 1/1"), "an epoch that was not");
        Assert.That(File.Exists(Path.Combine(folder["run"], "finetuned-snn.safetensors")), Is.False);
    }

    [Test]
    public void With_no_images_held_out_it_is_found_all_the_same() =>
        AssertDiverged(Run("finetune_snn.learning_rate=1e30", "data.validation_count=0"), "finetune_snn", "converted.safetensors");

    [Test]
    public void Several_steps_an_epoch_are_watched_by_their_loss() =>
        AssertDiverged(Run("pretrain.learning_rate=1e30", "batch_size=8"), "pretrain", "the loss is NaN");

    [Test]
    public void A_lower_rate_goes_on_from_it_and_the_results_say_so()
    {
        Assert.That(Run("finetune_snn.epochs=2", "finetune_snn.learning_rate=1e30").Code, Is.EqualTo(ExitCode.Failed));
        Outcome resumed = Shell.Run("run", "--resume", "--out", folder["run"], "--set", "finetune_snn.learning_rate=0.01");
        Assert.That(resumed.Code, Is.Zero, resumed.Error);
        Assert.That(resumed.Error, Does.Contain("finetune_snn.learning_rate: 1E+30 against 0.01").And.Contain("diverged at learning rate 1E+30"));
        RunResults results = RunResults.Read(Path.Combine(folder["run"], "results.json"));
        Assert.That(results.Sessions.Select(session => session.Changes.Count), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(results.Complete, Is.True);
        Assert.That(Shell.Run("run", "--resume", "--out", folder["run"]).Code, Is.Zero, "the folder's experiment is the changed one");
    }

    [TestCase("finetune_snn.epochs=3", TestName = "Other settings do not change on the way")]
    [TestCase("pretrain.learning_rate=0.001", TestName = "The rate of a finished stage does not change")]
    public void Resuming_refuses(string change)
    {
        Assert.That(Run("finetune_snn.learning_rate=1e30").Code, Is.EqualTo(ExitCode.Failed));
        Outcome resumed = Shell.Run("run", "--resume", "--out", folder["run"], "--set", change);
        Assert.That(resumed.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(resumed.Error, Does.Contain(change.Split('=')[0]).And.Contain("stage that is not finished"));
    }

    [Test]
    public void A_layer_that_pruning_empties_is_said_and_kept_with_the_results()
    {
        Outcome outcome = Run("prune.sparsity=0.9995", "pretrain.epochs=0", "finetune_ann.epochs=0", "finetune_snn.epochs=0");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output + outcome.Error, Does.Contain("no weight of features.0.weight is left"));
        Assert.That(RunResults.Read(Path.Combine(folder["run"], "results.json")).Warnings, Has.Some.Contains("features.0.weight"));
    }

    [Test]
    public void The_run_of_a_newer_program_is_refused_by_name()
    {
        Run("pretrain.learning_rate=1e30");
        string results = Path.Combine(folder["run"], "results.json");
        File.WriteAllText(results, File.ReadAllText(results).Replace("\"version\": \"0.", "\"version\": \"99.", StringComparison.Ordinal));
        Outcome outcome = Shell.Run("run", "--resume", "--out", folder["run"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("newer than this program").And.Contain("rsnn 99."));
    }

    [TestCase("rows")]
    [TestCase("epochs")]
    [TestCase("stage_seconds")]
    [TestCase("sessions")]
    public void Results_with_a_null_are_refused(string part)
    {
        Run("pretrain.learning_rate=1e30");
        string results = Path.Combine(folder["run"], "results.json");
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(results))!;
        json[part] = null;
        File.WriteAllText(results, json.ToJsonString());
        Outcome outcome = Shell.Run("run", "--resume", "--out", folder["run"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain($"found no {part}"));
    }

    private Outcome Run(params string[] settings) =>
        Shell.Run(["run", .. Tiny, "--out", folder["run"], .. settings.SelectMany(setting => new[] { "--set", setting })]);

    private static void AssertDiverged(Outcome outcome, string stage, string said)
    {
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Error);
        Assert.That(outcome.Error, Does.Contain($"{stage}, epoch 1: training diverged at learning rate 1E+30").And.Contain(said)
            .And.Contain($"--set {stage}.learning_rate=").And.Not.Contain("Exception"));
    }
}
