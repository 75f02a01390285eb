using System.Diagnostics;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

[TestFixture]
public sealed class RunFolderTests
{
    private static readonly ExperimentSettings Experiment = Presets.Read("shapes10-quick");

    [Test]
    public void A_new_folder_holds_the_resolved_experiment()
    {
        using var folder = new TemporaryFolder();
        using RunFolder run = RunFolder.Open(folder.File("runs/a"), Experiment);
        Assert.That(SettingsReader.ReadFile(run.ExperimentPath), Is.EqualTo(Experiment));
    }

    [Test]
    public void The_same_experiment_goes_on()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Open(folder.Path, Experiment).Dispose();
        using RunFolder run = RunFolder.Open(folder.Path, Experiment);
        Assert.That(run.Settings, Is.EqualTo(Experiment));
    }

    [Test]
    public void Another_experiment_is_refused_with_the_keys()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Open(folder.Path, Experiment).Dispose();
        ExperimentSettings other = Presets.Read("shapes10-quick", ["seed=7", "pretrain.epsilon=2/255"]);
        Assert.That(
            () => RunFolder.Open(folder.Path, other),
            Refuses.Saying("seed: 1 against 7; pretrain.epsilon: 4/255 against 2/255."));
        RunFolder.Open(folder.Path, Experiment).Dispose();
    }

    [Test]
    public void A_folder_of_something_else_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("thesis.tex"), "");
        Assert.That(() => RunFolder.Open(folder.Path, Experiment), Refuses.Saying("found files but no experiment.yaml"));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { folder.File("thesis.tex") }));
    }

    [Test]
    public void What_a_killed_process_left_is_removed()
    {
        using var folder = new TemporaryFolder();
        string temporary = folder.File(".results.json.0123.tmp"), partial;
        File.WriteAllText(temporary, "half");
        using (RunFolder run = RunFolder.Open(folder.Path, Experiment))
        {
            Assert.That(File.Exists(temporary), Is.False, "a folder with nothing else is empty");
            run.Finish(Stage.Prune, [], new Dictionary<string, string>());
            partial = run.Partial(Stage.Prune);
            File.WriteAllText(partial, "between saving the network and removing this, the process was killed");
            File.WriteAllText(temporary, "half");
        }

        RunFolder.Open(folder.Path, Experiment).Dispose();
        Assert.That(File.Exists(temporary), Is.False);
        Assert.That(File.Exists(partial), Is.False);
    }

    [Test]
    public void A_path_that_is_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a"), "");
        Assert.That(() => RunFolder.Open(folder.File("a"), Experiment), Throws.TypeOf<BadInputException>());
    }

    [Test]
    public void Two_runs_at_once_are_refused()
    {
        using var folder = new TemporaryFolder();
        using RunFolder run = RunFolder.Open(folder.Path, Experiment);
        Assert.That(
            () => RunFolder.Open(folder.Path, Experiment),
            Refuses.Saying($"another run (process {Environment.ProcessId}) is using the folder"));
    }

    [Test]
    public void A_lock_that_cannot_be_written_is_no_other_run()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Open(folder.Path, Experiment).Dispose();
        File.Delete(folder.File("run.lock"));
        File.CreateSymbolicLink(folder.File("run.lock"), folder.File("none/lock"));
        var refusal = Assert.Throws<BadInputException>(() => RunFolder.Open(folder.Path, Experiment));
        Assert.That(refusal?.Message, Does.Contain("cannot be written").And.Not.Contain("another run"));
    }

    [Test]
    public void The_learning_rate_of_a_stage_that_is_not_finished_may_change()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Open(folder.Path, Experiment).Dispose();
        ExperimentSettings other = Presets.Read("shapes10-quick", ["pretrain.learning_rate=0.001"]);
        using (RunFolder run = RunFolder.Open(folder.Path, other))
        {
            Assert.That(run.Changes.Select(change => change.Path), Is.EqualTo(new[] { "pretrain.learning_rate" }));
            run.SaveChanges();
            run.Finish(Stage.Pretrain, [], new Dictionary<string, string>());
        }

        Assert.That(() => RunFolder.Open(folder.Path, Experiment), Refuses.Saying("pretrain.learning_rate"));
        RunFolder.Open(folder.Path, other).Dispose();
    }

    [Test]
    public void A_folder_that_went_away_can_be_let_go()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Open(folder.File("run"), Experiment);
        Directory.Delete(folder.File("run"), recursive: true);
        Assert.That(run.Dispose, Throws.Nothing);
    }

    [Test]
    public void Files_left_by_a_dead_process_hold_nothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("run.lock"), "");
        File.WriteAllText(folder.File("run.owner"), "999999999\n");
        using RunFolder run = RunFolder.Open(folder.Path, Experiment);
        Assert.That(File.ReadAllText(folder.File("run.owner")).Trim(), Is.EqualTo($"{Environment.ProcessId}"));
    }

    [Test]
    public void A_killed_process_lets_go()
    {
        if (!File.Exists("/usr/bin/flock") || !File.Exists("/bin/bash"))
        {
            Assert.Ignore("needs flock and bash");
        }

        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("/bin/bash", ["-c", "exec 9>>run.lock; flock -n 9; echo held; read -r line"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using Process other = Process.Start(start)!;
        try
        {
            Assert.That(other.StandardOutput.ReadLine(), Is.EqualTo("held"));
            Assert.That(() => RunFolder.Open(folder.Path, Experiment), Refuses.Saying("another run is using"));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }

        Assert.That(() => RunFolder.Open(folder.Path, Experiment).Dispose(), Throws.Nothing);
    }

    [TestCase(Stage.Pretrain, "pretrained.safetensors", "pretrained.partial.safetensors")]
    [TestCase(Stage.Prune, "pruned.safetensors", "pruned.partial.safetensors")]
    [TestCase(Stage.FinetuneAnn, "finetuned-ann.safetensors", "finetuned-ann.partial.safetensors")]
    [TestCase(Stage.Convert, "converted.safetensors", "converted.partial.safetensors")]
    [TestCase(Stage.FinetuneSnn, "finetuned-snn.safetensors", "finetuned-snn.partial.safetensors")]
    public void Stages_have_their_files(Stage stage, string checkpoint, string partial)
    {
        using var folder = new TemporaryFolder();
        using RunFolder run = RunFolder.Open(folder.Path, Experiment);
        Assert.That(run.Checkpoint(stage), Is.EqualTo(folder.File(checkpoint)));
        Assert.That(run.Partial(stage), Is.EqualTo(folder.File(partial)));
    }

    [Test]
    public void A_finished_stage_has_its_network_and_no_partial()
    {
        using var folder = new TemporaryFolder();
        using RunFolder run = RunFolder.Open(folder.Path, Experiment);
        File.WriteAllText(run.Partial(Stage.Prune), "");
        Assert.That(run.IsFinished(Stage.Prune), Is.False);
        run.Finish(Stage.Prune, [HostTensor.FromFloats("w", [1], [3])], new Dictionary<string, string> { ["epoch"] = "1" });
        Assert.That(run.IsFinished(Stage.Prune), Is.True);
        Assert.That(File.Exists(run.Partial(Stage.Prune)), Is.False);
        Assert.That(Safetensors.Read(run.Checkpoint(Stage.Prune))["w"].ToFloats(), Is.EqualTo(new[] { 3f }));
    }
}
