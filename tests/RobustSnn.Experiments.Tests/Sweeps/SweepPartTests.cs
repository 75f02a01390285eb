using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Shards;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Experiments.Tests.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Sweeps;

/// <summary>Sweeps whose parts are run apart.</summary>
[TestFixture]
public sealed class SweepPartTests
{
    private const string Tiny = """
        name: tiny
        base: shapes10-quick
        set:
          data: { train_count: 40, test_count: 4, validation_count: 8 }
          network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A], head: [8] }
          stages: [pretrain, prune]
          batch_size: 12
          pretrain: { epochs: 1, attack_steps: 1 }
          evaluate: { samples: 4, batch_size: 4, attacks: [fgsm], stages: [prune] }
          energy: null
        grid: { prune.sparsity: [0.5, 0.9, 0.7] }
        seeds: [1, 2]
        """;

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    private static Sweep Sweep => SweepReader.Read(Tiny, "s.yaml");

    [SetUp]
    public void Open() => (folder, backend) = (new TemporaryFolder(), Backends.Open(options: new(1)));

    [TearDown]
    public void Close()
    {
        backend.Dispose();
        folder.Dispose();
    }

    private SweepResults RunPart(int part, int of, string where, StartedStages? log = null) =>
        SweepRunner.RunPart(Sweep, new Shard(part, of), folder.File(where), false, backend, log ?? new StartedStages(), CancellationToken.None);

    [TestCase(2)]
    [TestCase(4)]
    public void Its_parts_are_the_whole(int of)
    {
        SweepRunner.Run(Sweep, folder.File("whole"), false, backend, new Silent(), CancellationToken.None);
        for (var part = of; part >= 1; part--)
        {
            RunPart(part, of, "parts");
        }

        var results = SweepRunner.Collect(Sweep, folder.File("parts"));
        Assert.That(results.Unfinished, Is.Empty);
        Assert.That(File.ReadAllBytes(SweepRunner.ResultsFile(folder.File("parts"))), Is.EqualTo(File.ReadAllBytes(SweepRunner.ResultsFile(folder.File("whole")))));
    }

    [Test]
    public void Runs_of_a_seed_are_together_and_pretrain_once()
    {
        var log = new StartedStages();
        var found = RunPart(2, 2, "parts", log);
        Assert.That(SweepRunner.Part(Sweep, new Shard(2, 2)).Runs.Select(run => run.Seed), Is.EqualTo(new[] { 2, 2, 2 }));
        Assert.That(found.Rows.Select(row => string.Join(',', row.Seeds)), Is.All.EqualTo("2"));
        Assert.That(log.Started.Count(stage => stage == "pretrain"), Is.EqualTo(1));
    }

    [Test]
    public void What_other_parts_have_done_is_not_done_again()
    {
        RunPart(1, 4, "parts");
        var log = new StartedStages();
        RunPart(2, 4, "parts", log); // the last run of seed 1 is in it, and the first of seed 2
        Assert.That(SweepRunner.Part(Sweep, new Shard(2, 4)).Runs.Select(run => run.Seed), Is.EqualTo(new[] { 1, 1 }).Or.EqualTo(new[] { 1, 2 }));
        Assert.That(log.Started.Count(stage => stage == "pretrain"), Is.EqualTo(SweepRunner.Part(Sweep, new Shard(2, 4)).Runs.Select(run => run.Seed).Distinct().Count() - 1));
    }

    [Test]
    public void A_part_leaves_no_results_of_the_whole_and_missing_runs_are_named()
    {
        RunPart(1, 2, "parts");
        Assert.That(File.Exists(SweepRunner.ResultsFile(folder.File("parts"))), Is.False);
        var half = Sweep.Runs.First(run => run.Seed == 2).Folder;
        Directory.CreateDirectory(Path.Combine(folder.File("parts"), half));
        var results = SweepRunner.Collect(Sweep, folder.File("parts"));
        Assert.That(results.Unfinished.Keys, Is.EquivalentTo(Sweep.Runs.Where(run => run.Seed == 2).Select(run => run.Folder)));
        Assert.That(results.Unfinished[half], Does.Contain("not complete"));
        Assert.That(results.Unfinished.Values.Count(reason => reason == "it is not there"), Is.EqualTo(2));
        Assert.That(results.Rows.SelectMany(row => row.Seeds).Distinct(), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Who_watches_sees_parts_as_one_sweep()
    {
        RunPart(1, 2, "parts");
        var half = WatchedSweep.Look(folder.File("parts"));
        Assert.That((half.Name, half.State, half.Runs.Count), Is.EqualTo(("tiny", RunState.Gone, 6)), "half of it has not begun, and nobody is at it");
        RunPart(2, 2, "parts");
        Assert.That(WatchedSweep.Look(folder.File("parts")).State, Is.EqualTo(RunState.Finished));
    }

    [Test]
    public void A_part_is_of_one_process()
    {
        Directory.CreateDirectory(SweepRunner.PartFolder(folder.File("parts"), new Shard(1, 2)));
        using var held = RunLock.Take(SweepRunner.PartFolder(folder.File("parts"), new Shard(1, 2)));
        Assert.That(WatchedSweep.Look(folder.File("parts")).State, Is.EqualTo(RunState.Running));
        Assert.That(() => RunPart(1, 2, "parts"), Throws.TypeOf<BadInputException>());
        Assert.That(() => RunPart(2, 2, "parts"), Throws.Nothing);
    }

    [Test]
    public void A_part_that_is_there_is_gone_on_with_only_where_that_is_asked_for()
    {
        RunPart(1, 6, "parts");
        Assert.That(() => RunPart(1, 6, "parts"), Throws.TypeOf<BadInputException>().With.Message.Contains("--resume"));
        Assert.That(() => RunPart(2, 6, "parts"), Throws.Nothing);
    }

    [TestCase("""{"name":"tiny"}""")]
    [TestCase("""{"name":"tiny","version":"0.1.0","rows":null,"unfinished":{}}""")]
    public void Results_without_their_parts_are_refused(string text)
    {
        Directory.CreateDirectory(folder.File("parts"));
        File.WriteAllText(SweepRunner.ResultsFile(folder.File("parts")), text);
        Assert.That(() => SweepResults.Read(SweepRunner.ResultsFile(folder.File("parts"))), Throws.TypeOf<BadInputException>().With.Message.Contains("the results of a sweep"));
    }

    [Test]
    public void What_is_no_folder_of_it_is_refused()
    {
        Assert.That(() => SweepRunner.Collect(Sweep, folder.File("nowhere")), Throws.TypeOf<BadInputException>().With.Message.Contains("nowhere"));
        Assert.That(() => RunPart(7, 7, "parts"), Throws.TypeOf<BadInputException>().With.Message.Contains("as there are runs, 6, found 7"));
    }
}
