using RobustSnn.Engine;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>A run, and a sweep, as who looks at their folders sees them.</summary>
public sealed class WatchedRunTests
{
    private const string Text = """
        base: shapes10-quick
        name: tiny
        data: { train_count: 40, test_count: 4, validation_count: 8 }
        network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A, 6, A], head: [8] }
        batch_size: 12
        pretrain: { objective: natural, epochs: 1 }
        stages: [pretrain]
        evaluate: { samples: 4, batch_size: 4, attacks: [] }
        energy: null
        """;

    private static readonly ExperimentSettings Settings = SettingsReader.Read(Text, "tiny.yaml");

    private TemporaryFolder whole = null!;
    private WatchedRun during = null!;

    [OneTimeSetUp]
    public void RunAndLook()
    {
        whole = new TemporaryFolder();
        Run(whole.Path, new OnEpoch(() => during = WatchedRun.Look(whole.Path)));
    }

    [OneTimeTearDown]
    public void Clear() => whole.Dispose();

    [Test]
    public void While_it_runs_its_process_and_its_stages_are_seen()
    {
        Assert.That((during.State, during.Process), Is.EqualTo((RunState.Running, (int?)Environment.ProcessId)));
        Assert.That(during.Progress!.Stages, Is.EqualTo(new[] { "pretrain", "evaluate" }));
        Assert.That(during.Results!.Epochs, Has.Count.EqualTo(1));
    }

    [Test]
    public void At_its_end_it_has_finished()
    {
        var finished = WatchedRun.Look(whole.Path);
        Assert.That((finished.State, finished.Process, finished.Message), Is.EqualTo((RunState.Finished, (int?)null, (string?)null)));
        Assert.That(finished.Progress!.Stage, Is.EqualTo("evaluate"));
        Assert.That(finished.Results!.Rows, Has.Count.EqualTo(1));
    }

    [Test]
    public void Interrupted_it_says_so_and_running_again_it_says_that()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Run(folder.Path, new Thrower(new OperationCanceledException())), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(WatchedRun.Look(folder.Path).State, Is.EqualTo(RunState.Interrupted));
        using var held = RunFolder.Open(folder.Path, Settings);
        var again = WatchedRun.Look(folder.Path);
        Assert.That(again.State, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void Failed_it_says_why()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Run(folder.Path, new Thrower(new InvalidOperationException("because"))), Throws.InvalidOperationException);
        var seen = WatchedRun.Look(folder.Path);
        Assert.That((seen.State, seen.Message), Is.EqualTo((RunState.Failed, "because")));
    }

    /// <summary>What a process that was killed leaves: its number, and a file that says that it runs.</summary>
    [Test]
    public void Killed_it_is_gone_and_what_it_said_is_not_taken_for_its_successors()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Open(folder.Path, Settings).Dispose();
        File.WriteAllText(folder.File("run.owner"), "999999999\n");
        using (new ProgressFile(RunProgress.FileIn(folder.Path), new RunProgress("tiny", 999999999, RunState.Running, null, default, ["pretrain"]) { Stage = "pretrain" }))
        {
        }

        var killed = WatchedRun.Look(folder.Path);
        Assert.That((killed.State, killed.Progress!.Stage), Is.EqualTo((RunState.Gone, "pretrain")));
        using var held = RunFolder.Open(folder.Path, Settings);
        var successor = WatchedRun.Look(folder.Path);
        Assert.That((successor.State, successor.Process, successor.Progress), Is.EqualTo((RunState.Running, (int?)Environment.ProcessId, (RunProgress?)null)));
    }

    [Test]
    public void Looking_changes_nothing()
    {
        var before = Directory.GetFiles(whole.Path).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        WatchedRun.Look(whole.Path);
        Assert.That(Directory.GetFiles(whole.Path).ToDictionary(file => file, File.GetLastWriteTimeUtc), Is.EqualTo(before));
    }

    [Test]
    public void A_run_of_a_program_that_wrote_no_progress_is_seen_by_its_results()
    {
        using var older = new TemporaryFolder();
        foreach (var name in new[] { "experiment.yaml", "results.json" })
        {
            File.Copy(Path.Combine(whole.Path, name), older.File(name));
        }

        var seen = WatchedRun.Look(older.Path);
        Assert.That((seen.Name, seen.State), Is.EqualTo(("tiny", RunState.Finished)));
    }

    [Test]
    public void A_folder_without_an_experiment_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => WatchedRun.Look(folder.Path), Refuses.Saying("expected the folder of a run"));
    }

    [Test]
    public void A_sweep_shows_all_its_runs_from_the_first_on()
    {
        using var folder = new TemporaryFolder();
        var settings = Text.Replace("base: shapes10-quick\nname: tiny\n", "", StringComparison.Ordinal).ReplaceLineEndings("\n  ");
        var sweep = SweepReader.Read($"name: two\nbase: shapes10-quick\nset:\n  {settings}\ngrid: {{ seed: [1, 2] }}", "two.yaml");
        List<WatchedSweep> seen = [];
        using var backend = Backends.Open(options: new(1));
        SweepRunner.Run(sweep, folder.File("two"), false, backend, new OnNote(() => seen.Add(WatchedSweep.Look(folder.File("two")))), default);
        Assert.That(seen[0].State, Is.EqualTo(RunState.Running));
        Assert.That(seen[0].Runs.Select(run => run.Run), Is.EqualTo(new WatchedRun?[] { null, null }));
        Assert.That(seen[^1].Runs[0].Run!.State, Is.EqualTo(RunState.Finished));
        Assert.That(seen[^1].Runs[1].Run!.State, Is.EqualTo(RunState.Running));
        var after = WatchedSweep.Look(folder.File("two"));
        Assert.That((after.Name, after.State), Is.EqualTo(("two", RunState.Finished)));

        // Of a program that wrote none.
        File.Delete(RunProgress.FileIn(folder.File("two")));
        Assert.That(WatchedSweep.IsSweep(folder.File("two")));
        Assert.That(WatchedSweep.Look(folder.File("two")).State, Is.EqualTo(RunState.Finished));
    }

    private static void Run(string folder, IRunObserver observer)
    {
        using var backend = Backends.Open(options: new(1));
        ExperimentRun.Run(Settings, folder, false, backend, observer, default);
    }

    private sealed class OnEpoch(Action look) : Silent
    {
        public override void EpochFinished(EpochRecord epoch) => look();
    }

    private sealed class Thrower(Exception exception) : Silent
    {
        public override void EpochFinished(EpochRecord epoch) => throw exception;
    }

    private sealed class OnNote(Action look) : Silent
    {
        public override void Note(string message) => look();
    }
}
