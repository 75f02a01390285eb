using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Experiments.Tests.Runs;

namespace RobustSnn.Experiments.Tests.Sweeps;

/// <summary>Whole sweeps of tiny experiments.</summary>
public sealed class SweepRunnerTests
{
    private const string Common = """
        name: tiny
        base: shapes10-quick
        set:
          data: { train_count: 40, test_count: 4, validation_count: 8 }
          network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A], head: [8] }
          batch_size: 12
          pretrain: { epochs: 1, attack_steps: 1 }
          prune: { training: { epochs: 1, attack_steps: 1 } }
          finetune_ann: { epochs: 1, attack_steps: 1 }
          convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
          finetune_snn: { epochs: 1 }
          evaluate: { samples: 4, batch_size: 4, attacks: [fgsm] }

        """;

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        backend = Backends.Open(options: new(1));
    }

    [TearDown]
    public void Close()
    {
        folder.Dispose();
        backend.Dispose();
    }

    [Test]
    public void A_sweep_that_another_process_is_at_is_refused()
    {
        var sweep = SweepReader.Read(Common + "grid: { seed: [1] }", "s.yaml");
        using var other = RunFolder.Hold(folder.File("sweep"));
        Assert.That(() => SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None), Refuses.Saying("is using the folder"));
    }

    /// <summary>Taken over or done by itself, a stage comes to the same bits, and so do those after it.</summary>
    [Test]
    public void Runs_share_the_stages_in_which_they_do_not_differ_and_come_to_what_they_come_to_alone()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.method: [lwm, hydra], prune.sparsity: [0.5, 0.9] }", "s.yaml");
        var log = new StartedStages();
        SweepRunner.Run(sweep, folder.File("sweep"), false, backend, log, CancellationToken.None);
        Assert.That(log.Started.Count(stage => stage == "pretrain"), Is.EqualTo(1));
        Assert.That(log.Started.Count(stage => stage == "prune"), Is.EqualTo(4));
        foreach (var run in sweep.Runs)
        {
            var alone = ExperimentRun.Run(run.Settings, folder.File(run.Folder), false, backend, new Silent(), CancellationToken.None);
            var shared = RunResults.Read(RunFolder.ResultsFile(Path.Combine(folder.File("sweep"), run.Folder)));
            Assert.That(shared.Rows.Select(row => (row.Network, row.Clean, row.Attacks["fgsm"], row.WeightsKept)),
                Is.EqualTo(alone.Rows.Select(row => (row.Network, row.Clean, row.Attacks["fgsm"], row.WeightsKept))), run.Folder);
            Assert.That(shared.Epochs.Select(epoch => (epoch.Stage, epoch.Epoch, epoch.Loss)),
                Is.EqualTo(alone.Epochs.Select(epoch => (epoch.Stage, epoch.Epoch, epoch.Loss))), run.Folder);
            foreach (var stage in StageNames.PapersOrder)
            {
                Assert.That(File.ReadAllBytes(Path.Combine(folder.File("sweep"), run.Folder, stage.FileName())),
                    Is.EqualTo(File.ReadAllBytes(Path.Combine(folder.File(run.Folder), stage.FileName()))), $"{run.Folder}, {stage.Name()}");
            }
        }
    }

    [TestCase("seed: [1, 2]", 2)]
    [TestCase("pretrain.epochs: [1, 2]", 2)]
    [TestCase("data.train_count: [40, 41]", 2)]
    [TestCase("network.timesteps: [2, 3]", 1)]
    [TestCase("network.leak: [1, 0.5]", 1)]
    [TestCase("evaluate.samples: [3, 4]", 1)]
    public void What_pretraining_reads_keeps_runs_apart(string axis, int pretrained)
    {
        var log = new StartedStages();
        SweepRunner.Run(SweepReader.Read(Common + $"grid: {{ {axis} }}", "s.yaml"), folder.File("sweep"), false, backend, log, CancellationToken.None);
        Assert.That(log.Started.Count(stage => stage == "pretrain"), Is.EqualTo(pretrained));
    }

    [Test]
    public void Counting_energy_keeps_no_runs_apart()
    {
        var log = new StartedStages();
        var sweep = SweepReader.Read(Common + "runs: { counted: { energy: {} }, plain: { energy: } }", "s.yaml");
        SweepRunner.Run(sweep, folder.File("sweep"), false, backend, log, CancellationToken.None);
        Assert.That(log.Started.Count(stage => stage is "pretrain" or "finetune_snn"), Is.EqualTo(2));
    }

    [Test]
    public void Figures_of_other_test_images_are_not_taken_over()
    {
        var sweep = SweepReader.Read(Common + "grid: { evaluate.samples: [3, 4] }", "s.yaml");
        SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(sweep.Runs.Select(run => RunResults.Read(RunFolder.ResultsFile(Path.Combine(folder.File("sweep"), run.Folder))).Rows[0].Samples),
            Is.EqualTo(new[] { 3, 4 }));
    }

    [Test]
    public void The_table_has_means_and_deviations_over_seeds()
    {
        var sweep = SweepReader.Read(Common + "runs: { only: }\nseeds: [1, 2, 3]", "s.yaml");
        var results = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        double[] clean =
        [
            .. sweep.Runs.Select(run => RunResults.Read(RunFolder.ResultsFile(Path.Combine(folder.File("sweep"), run.Folder))).Rows[^1].Clean),
        ];
        var row = results.Rows.Single(each => each.Network == "SNN finetuned");
        Assert.That(row.Seeds, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(row.Clean.Mean, Is.EqualTo(clean.Average()).Within(1e-12));
        Assert.That(row.Clean.Deviation, Is.EqualTo(Math.Sqrt(clean.Sum(value => Math.Pow(value - clean.Average(), 2)) / 2)).Within(1e-12));
        Assert.That(File.Exists(SweepRunner.ResultsFile(folder.File("sweep"))));
    }

    [Test]
    public void A_stage_that_a_run_had_begun_itself_is_taken_over_once()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.sparsity: [0.5, 0.9] }", "s.yaml", ["pretrain.epochs=3"]);
        using var source = new CancellationTokenSource();
        var second = Path.Combine(folder.File("sweep"), sweep.Runs[1].Folder);
        Assert.That(
            () => ExperimentRun.Run(sweep.Runs[1].Settings, second, false, backend, new AfterEpoch(source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        SweepRunner.Run(sweep, folder.File("sweep"), true, backend, new Silent(), CancellationToken.None);
        Assert.That(RunResults.Read(RunFolder.ResultsFile(second)).Epochs.Where(epoch => epoch.Stage == "pretrain").Select(epoch => epoch.Epoch),
            Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(Directory.GetFiles(second, "*.partial*"), Is.Empty);
    }

    [Test]
    public void Operations_are_beside_those_of_the_first_run_with_the_same_seed()
    {
        var sweep = SweepReader.Read(
            Common + "  energy: {}\nruns: { dense: { prune: { sparsity: 0 } }, sparse: { prune: { sparsity: 0.9 } } }\nseeds: [1, 2]", "s.yaml");
        var results = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        var rows = results.Rows.Where(row => row.Network == "SNN finetuned").ToArray();
        double[] ratios =
        [
            .. new[] { 1, 2 }.Select(seed => Operations($"dense-seed{seed}") / Operations($"sparse-seed{seed}")),
        ];
        Assert.That(rows[0].FirstOverThis, Is.EqualTo(new SeedFigure(1, 0)));
        Assert.That(rows[1].FirstOverThis!.Value.Mean, Is.EqualTo(ratios.Average()).Within(1e-12));
        Assert.That(results.Rows.Where(row => row.Network.EndsWith("ANN", StringComparison.Ordinal)).Select(row => row.OperationsPerImage), Is.All.Null);

        double Operations(string run) => RunResults.Read(RunFolder.ResultsFile(Path.Combine(folder.File("sweep"), run)))
            .Energy.Single(each => each.Network == "SNN finetuned").Measured.Clean.Operations;
    }

    [Test]
    public void A_stage_of_which_some_epochs_ran_at_another_rate_is_not_shared()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.sparsity: [0.5, 0.9] }", "s.yaml", ["pretrain.epochs=2"]);
        var first = Path.Combine(folder.File("sweep"), sweep.Runs[0].Folder);
        using var source = new CancellationTokenSource();
        Assert.That(() => ExperimentRun.Run(sweep.Runs[0].Settings, first, false, backend, new AfterEpoch(source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        var slower = sweep.Runs[0].Settings with { Pretrain = sweep.Runs[0].Settings.Pretrain with { LearningRate = 0.001 } };
        ExperimentRun.Run(slower, first, true, backend, new Silent(), CancellationToken.None);
        var log = new StartedStages();
        var results = SweepRunner.Run(sweep, folder.File("sweep"), true, backend, log, CancellationToken.None);
        Assert.That(log.Started.Count(stage => stage == "pretrain"), Is.EqualTo(1), "the second run trains for itself");
        Assert.That(results.Rows.Select(row => row.Run).Distinct(), Is.EqualTo(new[] { "0.5", "0.9" }), "and the first is in the table as it is");
        Assert.That(results.Warnings[sweep.Runs[0].Folder], Has.Some.Contains("pretrain.learning_rate"));
    }

    [Test]
    public void A_run_whose_networks_were_removed_takes_them_over_once()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.sparsity: [0.5, 0.9] }", "s.yaml");
        var first = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        var second = Path.Combine(folder.File("sweep"), sweep.Runs[1].Folder);
        Array.ForEach(Directory.GetFiles(second, "*.safetensors"), File.Delete);
        var again = SweepRunner.Run(sweep, folder.File("sweep"), true, backend, new Silent(), CancellationToken.None);
        Assert.That(again.Rows.Select(row => (row.Run, row.Network, row.Clean.Mean)),
            Is.EqualTo(first.Rows.Select(row => (row.Run, row.Network, row.Clean.Mean))));
        var results = RunResults.Read(RunFolder.ResultsFile(second));
        Assert.That(results.Rows.Select(row => row.Network), Is.Unique);
        Assert.That(results.Epochs.Select(epoch => (epoch.Stage, epoch.Epoch)), Is.Unique);
    }

    /// <summary>BatchNorm needs more than one value: the second run's batches leave one image over.</summary>
    [Test]
    public void A_run_that_cannot_go_on_is_named_and_the_others_come_to_their_end()
    {
        var sweep = SweepReader.Read(Common + "runs: { good: , bad: { data: { directory: nowhere, name: folder } }, other: { prune: { sparsity: 0.5 } } }", "s.yaml");
        var results = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(results.Unfinished.Keys, Is.EqualTo(new[] { "bad" }));
        Assert.That(results.Rows.Select(row => row.Run).Distinct(), Is.EqualTo(new[] { "good", "other" }));
    }

    [Test]
    public void What_is_wrong_with_the_first_run_is_refused() => Assert.That(
        () => SweepRunner.Run(SweepReader.Read(Common + "runs: { bad: { data: { directory: nowhere, name: folder } }, good: }", "s.yaml"),
            folder.File("sweep"), false, backend, new Silent(), CancellationToken.None),
        Refuses.Saying("nowhere"));

    [Test]
    public void Complete_runs_stay_in_the_table_while_the_sweep_goes_on()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.sparsity: [0.5, 0.9] }", "s.yaml");
        SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        File.Delete(Path.Combine(folder.File("sweep"), sweep.Runs[0].Folder, "finetuned-snn.safetensors"));
        using var source = new CancellationTokenSource();
        Assert.That(
            () => SweepRunner.Run(sweep, folder.File("sweep"), true, backend, new StartedStages("finetune_snn", 1, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(SweepResults.Read(SweepRunner.ResultsFile(folder.File("sweep"))).Rows, Has.Count.EqualTo(8));
    }

    [Test]
    public void Another_sweeps_folder_is_refused([Values] bool resume)
    {
        SweepRunner.Run(SweepReader.Read(Common + "runs: { a: }", "s.yaml"), folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        var other = SweepReader.Read(Common.Replace("name: tiny", "name: other", StringComparison.Ordinal) + "runs: { b: }", "s.yaml");
        Assert.That(() => SweepRunner.Run(other, folder.File("sweep"), resume, backend, new Silent(), CancellationToken.None),
            Refuses.Saying("sweep.json", "the results of the sweep tiny are there"));
    }

    [Test]
    public void Operations_of_a_network_trained_from_end_to_end_are_beside_those_of_a_finetuned_one()
    {
        var sweep = SweepReader.Read(
            Common + "  energy: {}\nruns: { dense: { prune: { sparsity: 0 } }, e2e: { stages: [prune, convert, finetune_snn], convert: { threshold: 0.1 } } }",
            "s.yaml");
        var results = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(results.Rows.Single(row => row.Network == "SNN end to end").FirstOverThis, Is.Not.Null);
    }

    [Test]
    public void An_interrupted_sweep_goes_on_and_does_nothing_twice()
    {
        var sweep = SweepReader.Read(Common + "grid: { prune.sparsity: [0.5, 0.9] }", "s.yaml");
        using var source = new CancellationTokenSource();
        Assert.That(
            () => SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new StartedStages("finetune_snn", 2, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None),
            Refuses.Saying("a run of the sweep is there already", "--resume"));
        var log = new StartedStages();
        var results = SweepRunner.Run(sweep, folder.File("sweep"), true, backend, log, CancellationToken.None);
        Assert.That(log.Started, Does.Not.Contain("pretrain").And.Not.Contain("convert").And.Contain("finetune_snn"));
        Assert.That(results.Rows, Has.Count.EqualTo(8));
    }

    [Test]
    public void A_run_that_diverges_is_named_and_the_others_come_to_their_end()
    {
        var sweep = SweepReader.Read(Common + "grid: { finetune_snn.learning_rate: [1e30, 0.01] }", "s.yaml");
        var results = SweepRunner.Run(sweep, folder.File("sweep"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(results.Unfinished.Keys, Is.EqualTo(new[] { "1e30" }));
        Assert.That(results.Rows.Select(row => row.Run).Distinct(), Is.EqualTo(new[] { "0.01" }));
    }

    /// <summary>Interrupts after an epoch.</summary>
    private sealed class AfterEpoch(CancellationTokenSource source) : Silent
    {
        public override void EpochFinished(EpochRecord epoch) => source.Cancel();
    }

    /// <summary>Which stages began; it may interrupt at the end of the n-th run of one.</summary>
}
