using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Monitoring;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn watch</c>: beside a run in a process of its own, which ends in every way there is.</summary>
public sealed class WatchTests
{
    private const int Interrupt = 2;
    private const int Kill = 9;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TemporaryFolder();

    [TearDown]
    public void Clear() => folder.Dispose();

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such signals")]
    public void It_ends_with_a_run_that_is_killed_and_whose_file_is_whole()
    {
        using Process run = StartRun(epochs: 100000);
        Task<Outcome> watch = Task.Run(() => Shell.Run("watch", folder["run"]));
        Assert.That(() => RunProgress.TryRead(RunProgress.FileIn(folder["run"]))?.Epoch, Is.GreaterThan(1).After(30_000, 20));
        Assert.That(watch.IsCompleted, Is.False);
        RsnnProcess.Signal(run, Kill);
        Assert.That(run.WaitForExit(Limit), Is.True);
        Outcome outcome = watch.GetAwaiter().GetResult();
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(outcome.Output, Does.Contain($"process {run.Id} is at it").And.Match(@"(?m)^pretrain: epoch 1/")
            .And.Contain($"no process is at it any more: killed, perhaps; it goes on with: rsnn run --resume --out {folder["run"]}"));
        Assert.That(RunProgress.TryRead(RunProgress.FileIn(folder["run"]))!.State, Is.EqualTo(RunState.Running), "as the process that was killed left it");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Windows has no such signals")]
    public void Interrupted_itself_it_leaves_the_run_alone_and_one_that_is_interrupted_ends_it()
    {
        RsnnProcess.RequireHeeded(Interrupt);
        using Process run = StartRun(epochs: 100000);
        using (Process watch = RsnnProcess.Start("watch", folder["run"]))
        {
            Assert.That(watch.StandardOutput.ReadLine(), Does.Contain("is at it"));
            RsnnProcess.Signal(watch, Interrupt);
            Assert.That(watch.WaitForExit(Limit), Is.True);
            Assert.That(watch.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        }

        Assert.That(run.HasExited, Is.False);
        RsnnProcess.Signal(run, Interrupt);
        Assert.That(run.WaitForExit(Limit), Is.True);
        Outcome after = Shell.Run("watch", folder["run"]);
        Assert.That(after.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(after.Output, Does.Contain("interrupted; it goes on with"));
    }

    [Test]
    public void Of_a_run_that_has_finished_it_shows_the_table_and_succeeds()
    {
        using Process run = StartRun(epochs: 1);
        Assert.That(run.WaitForExit(Limit), Is.True);
        Outcome outcome = Shell.Run("watch", folder["run"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"(?m)^ANN: clean [\d.]+ %").And.Contain("tiny: finished"));
        Assert.That(Screen("watch", folder["run"]), Does.Contain("tiny: finished").And.Match("stage +│ +epoch").And.Match(@"pretrain +│ +1/1"));
    }

    [Test]
    public void Of_a_sweep_it_shows_every_run()
    {
        File.WriteAllText(folder["two.yaml"], """
            name: two
            base: shapes10-quick
            set:
              data: { train_count: 100, test_count: 20, validation_count: 20 }
              network: { architecture: vggmini }
              pretrain: { epochs: 0 }
              stages: [pretrain]
              evaluate: { samples: 20, attacks: [] }
              energy: null
            grid: { seed: [1, 2] }
            """);
        Assert.That(Shell.Run("sweep", folder["two.yaml"], "--out", folder["two"]).Code, Is.Zero);
        Outcome outcome = Shell.Run("watch", folder["two"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Is.EqualTo(new[] { "two: 2 runs", "1: finished", "2: finished", "two: finished" }));
        Assert.That(Screen("watch", folder["two"]), Does.Match(@"1 +│ +finished │ +ANN │ +[\d.]+ %"));
    }

    [TestCase("nowhere", "found none")]
    [TestCase(".", "expected the folder of a run, with experiment.yaml in it")]
    [TestCase("", "expected the name of a file")]
    public void What_is_no_run_is_refused(string name, string said)
    {
        Outcome outcome = Shell.Run("watch", name.Length == 0 ? name : folder[name]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain(said));
    }

    [Test]
    public void A_mistyped_folder_is_refused_with_the_nearest()
    {
        Directory.CreateDirectory(folder["first"]);
        Assert.That(Shell.Run("watch", folder["frist"]).Error, Does.Contain("did you mean 'first'?"));
    }

    [Test]
    public void A_damaged_file_is_refused_and_named()
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(Path.Combine(folder["run"], "experiment.yaml"), "");
        File.WriteAllText(RunProgress.FileIn(folder["run"]), "{ half");
        Outcome outcome = Shell.Run("watch", folder["run"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("progress.json: cannot be read as the progress of a run"));
    }

    /// <summary>What a person sees, with the control sequences that draw it.</summary>
    private static string Screen(params string[] arguments)
    {
        var output = new StringWriter();
        CommandLine.Run(arguments, new Terminal(output, new StringWriter(), isScreen: true));
        return output.ToString();
    }

    /// <summary>Begins a tiny run and waits until its folder is there.</summary>
    private Process StartRun(int epochs)
    {
        Process run = RsnnProcess.Start("run", "shapes10-quick", "--out", folder["run"], "--threads", "1", "--set", "name=tiny", "--set", "network.architecture=vggmini",
            "--set", $"pretrain.epochs={epochs}", "--set", "pretrain.objective=natural", "--set", "data.train_count=100", "--set", "data.validation_count=20",
            "--set", "stages=[pretrain]", "--set", "evaluate.attacks=[]", "--set", "energy=null");
        Assert.That(() => File.Exists(RunProgress.FileIn(folder["run"])), Is.True.After(30_000, 20), "the run has begun");
        run.OutputDataReceived += (_, _) => { };
        run.BeginOutputReadLine();
        return run;
    }
}
