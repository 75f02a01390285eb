using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;

namespace RobustSnn.Experiments.Tests.Sweeps;

public sealed class SweepReaderTests
{
    private static IEnumerable<string> Names => SweepPresets.Names;

    [Test]
    public void Runs_are_those_with_names_then_every_combination_and_each_with_every_seed()
    {
        var sweep = SweepReader.Read("""
            name: mine
            base: shapes10-quick
            set: { batch_size: 32 }
            runs:
              dense: { prune: { sparsity: 0 } }
            grid:
              prune.method: [lwm, erk]
              prune.sparsity: [0.5, 0.9]
            seeds: [3, 4]
            """, "sweep.yaml");
        Assert.That(sweep.Runs.Select(run => (run.Label, run.Seed, run.Folder)), Is.EqualTo(new[]
        {
            ("dense", 3ul, "dense-seed3"), ("dense", 4ul, "dense-seed4"), ("lwm 0.5", 3ul, "lwm-0.5-seed3"), ("lwm 0.5", 4ul, "lwm-0.5-seed4"),
            ("lwm 0.9", 3ul, "lwm-0.9-seed3"), ("lwm 0.9", 4ul, "lwm-0.9-seed4"), ("erk 0.5", 3ul, "erk-0.5-seed3"), ("erk 0.5", 4ul, "erk-0.5-seed4"),
            ("erk 0.9", 3ul, "erk-0.9-seed3"), ("erk 0.9", 4ul, "erk-0.9-seed4"),
        }));
        var last = sweep.Runs[^1].Settings;
        Assert.That((last.Prune.Method, last.Prune.Sparsity, last.Seed, last.BatchSize, last.Name),
            Is.EqualTo((PruneMethod.Erk, 0.9, 4ul, 32, "mine-erk-0.9-seed4")));
        Assert.That(sweep.Runs[0].Settings.Prune.Sparsity, Is.Zero);
    }

    [Test]
    public void Changes_on_the_command_line_are_those_of_all_runs() =>
        Assert.That(
            SweepReader.Read("name: a\nbase: shapes10-quick\ngrid: { seed: [1, 2] }", "sweep.yaml", ["pretrain.epochs=2"]).Runs
                .Select(run => (run.Seed, run.Settings.Pretrain.Epochs)),
            Is.EqualTo(new[] { (1ul, 2), (2ul, 2) }));

    [Test]
    public void A_run_may_have_a_base_of_its_own() =>
        Assert.That(
            SweepReader.Read("name: a\nruns: { robust: { base: shapes10-quick }, natural: { base: shapes10-quick-natural } }", "s.yaml").Runs
                .Select(run => run.Settings.Pretrain.Objective),
            Is.EqualTo(new[] { Objective.Trades, Objective.Natural }));

    [TestCase("base: shapes10-quick", "sweep.yaml:1:1: name: the key is missing")]
    [TestCase("name: a/b\nbase: shapes10-quick\ngrid: { seed: [1] }", "sweep.yaml:1:7: name: expected letters")]
    [TestCase("name: a\nbase: shapes10-quick", "runs: expected runs, or a grid with values, found neither")]
    [TestCase("name: a\nbase: shapes10-quik\ngrid: { seed: [1] }", "sweep.yaml:2:7: base: expected one of", "did you mean 'shapes10-quick'")]
    [TestCase("name: a\nbase: shapes10-quick\ngird: { seed: [1] }", "sweep.yaml:3:1: gird: unknown key", "did you mean 'grid'")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { prune.methd: [lwm] }", "sweep.yaml:3:9: prune.methd: unknown key", "did you mean 'method'")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { prune.sparsity: [0.5, 2] }", "sweep.yaml:3:31: prune.sparsity: expected a number from 0 to below 1")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { prune.sparsity: 0.5 }", "sweep.yaml:3:25: grid.prune.sparsity: expected a list of values")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { evaluate.attacks: [[fgsm]] }", "grid: expected single values")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { prune.sparsity: [] }", "grid.prune.sparsity: expected a list of values")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { prune.sparsity: [0.5, 0.5] }", "runs: expected different runs, found '0.5' 2 times")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { a b: { batch_size: 3 }, a-b: }", "runs: expected different runs, found 'a-b' 2 times")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: [dense]", "runs: expected a name for each run")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { dense: 3 }", "runs.dense: expected a mapping of settings")]
    [TestCase("name: a\nbase: shapes10-quick\nset: 3\nruns: { dense: }", "sweep.yaml:3:6: set: expected a mapping")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { dense: }\nseeds: [one]", "sweep.yaml:4:9: seeds: expected a list of whole numbers")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { dense: }\nseeds: []", "seeds: expected a list of whole numbers")]
    [TestCase("name: a\nruns: { dense: }", "the key is missing")]
    [TestCase("name: a\nbase: shapes10-quick\nset: { seed: 3 }\nruns: { dense: }\nseeds: [1]", "sweep.yaml:3:8: set.seed: expected nothing, as seeds gives every run its seed")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { seed: [1, 2] }\nseeds: [3]", "seed: expected nothing, as seeds gives every run its seed")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { dense: { name: b } }", "runs.dense.name: expected nothing, as the sweep names its runs")]
    [TestCase("name: a\nbase: shapes10-quick\ngrid: { name: [x, y] }", "name: expected nothing, as the sweep names its runs")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { dense: }\nseeds: [3, 03]", "sweep.yaml:4:12: seeds: expected different seeds, found 3 2 times")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { a: , b: }", "expected runs that differ, found 'a' and 'b' with the same settings")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { '': }", "runs: expected a name of 1 to 120 letters")]
    [TestCase("name: a\nbase: shapes10-quick\nruns: { sweep.json: }", "runs: expected a name of 1 to 120 letters for each run, not sweep.json")]
    public void Mistakes_are_refused_with_their_place(string text, params string[] parts) =>
        Assert.That(() => SweepReader.Read(text, "sweep.yaml"), Refuses.Saying(parts));

    [Test]
    public void More_runs_than_anybody_waits_for_are_refused()
    {
        var hundred = string.Join(", ", Enumerable.Range(1, 101));
        Assert.That(() => SweepReader.Read($"name: a\nbase: shapes10-quick\ngrid: {{ batch_size: [{hundred}], seed: [{hundred}] }}", "s.yaml"),
            Refuses.Saying("expected at most 1000 runs, found 10201 or more"));
    }

    /// <summary>The table would call runs by what they no longer are.</summary>
    [TestCase("prune.sparsity=0.7", "prune.sparsity")]
    [TestCase("prune={sparsity: 0.7}", "prune.sparsity")]
    [TestCase("seed=5", "seed")]
    [TestCase("name=other", "name")]
    public void A_change_for_all_runs_of_what_tells_them_apart_is_refused(string change, string key) => Assert.That(
        () => SweepReader.Read("name: a\nbase: shapes10-quick\ngrid: { prune.sparsity: [0.5, 0.9] }\nseeds: [1, 2]", "s.yaml", [change]),
        Refuses.Saying($"--set {change}", $"found {key}, which tells them apart"));

    [TestCase("seeds: [1]", "a-seed1")]
    [TestCase("seeds: 1", "a-seed1")]
    [TestCase("", "a")]
    public void A_run_keeps_its_folder_when_there_are_more_seeds(string seeds, string folder) => Assert.That(
        SweepReader.Read($"name: a\nbase: shapes10-quick\nruns: {{ a: }}\n{seeds}", "s.yaml").Runs[0].Folder, Is.EqualTo(folder));

    [Test]
    public void A_name_too_long_for_a_folder_is_refused() => Assert.That(
        () => SweepReader.Read($"name: a\nbase: shapes10-quick\nruns: {{ {new string('x', 121)}: }}", "s.yaml"), Refuses.Saying("1 to 120 letters"));

    [TestCaseSource(nameof(Names))]
    public void Each_that_comes_with_the_program_can_be_read(string name)
    {
        var sweep = SweepPresets.Read(name);
        Assert.That(sweep.Name, Is.EqualTo(name));
        Assert.That(sweep.Description, Is.Not.Empty);
        Assert.That(sweep.Runs, Is.Not.Empty);
    }

    [Test]
    public void An_unknown_name_is_refused_with_the_nearest() =>
        Assert.That(() => SweepPresets.Read("figure2-smal"), Refuses.Saying("sweep 'figure2-smal' does not exist", "did you mean 'figure2-small'"));
}
