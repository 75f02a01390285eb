using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Evaluations;

/// <summary>What is found out about a sample is its own, to the last bit: whoever is attacked beside it, in whatever order, in one process or in many.</summary>
public sealed class ComingAndGoingTests
{
    private const int Samples = 23;

    private static readonly string[] Attacks =
    [
        "fgsm", "rfgsm", "rfgsm-kl", "pgd4", "pgd3(restarts=3)", "tpgd3", "mart3", "apgd-ce(steps=6)", "apgd-dlr(steps=6)", "apgd-t(steps=4)", "sa-pgd(steps=8)",
        "sa-pgd-dlr(steps=8)", "fab(steps=4)", "fab-t(steps=4)", "square(queries=20)", "pgd3_ens", "pgd4(surrogate=bptt.ASSG.0.425)",
        "sa-pgd(steps=8,surrogate=bptt.ASSG.0.38)", "apgd-ce(steps=6,surrogate=act)", "pgd4(eot=2)",
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        from attack in Attacks
        from stopsEarly in new[] { true, false }
        from timesteps in attack.Contains('_') || attack.Contains("surrogate") ? new[] { 4 } : [4, 0]
        from seed in new[] { 1, 2 }
        select new TestCaseData(attack, timesteps, stopsEarly, seed)
            .SetArgDisplayNames(attack, $"T {timesteps}", stopsEarly ? "stops early" : "full runs", $"drawn by {seed}");

    [TestCaseSource(nameof(Cases))]
    public void Order_batch_and_shards_change_no_bit(string attack, int timesteps, bool stopsEarly, int seed)
    {
        var whole = Evaluate(attack, timesteps, stopsEarly, Samples, [.. Enumerable.Range(0, Samples)]);
        Assert.That(whole.Rows.Count(row => row.IsCorrect), Is.InRange(8, Samples), "some are attacked");
        var random = new Random(seed);
        var order = Enumerable.Range(0, Samples).ToArray();
        random.Shuffle(order);
        var (cut, batch) = (random.Next(1, Samples), random.Next(1, Samples + 1));
        var parts = Evaluate(attack, timesteps, stopsEarly, batch, order[..cut]).MergeWith(Evaluate(attack, timesteps, stopsEarly, batch, order[cut..]));
        Assert.That(Text(parts), Is.EqualTo(Text(whole)));
    }

    /// <summary>The same for whatever is drawn: attack, timesteps, order, batch, and into how many shards the samples are cut.</summary>
    [FsCheck.NUnit.Property(MaxTest = 40)]
    public void However_samples_are_dealt_out_the_merged_ledger_is_the_whole(
        FsCheck.NonNegativeInt kind, FsCheck.PositiveInt timesteps, bool stopsEarly, FsCheck.PositiveInt seed)
    {
        var attack = Attacks[kind.Get % Attacks.Length];
        var steps = 1 + timesteps.Get % 5;
        var whole = Evaluate(attack, steps, stopsEarly, Samples, [.. Enumerable.Range(0, Samples)]);
        var random = new Random(seed.Get);
        var order = Enumerable.Range(0, Samples).ToArray();
        random.Shuffle(order);
        var shards = order.GroupBy(_ => random.Next(5)).Select(shard => Evaluate(attack, steps, stopsEarly, random.Next(1, Samples + 1), [.. shard]));
        Assert.That(Text(shards.Aggregate((first, second) => first.MergeWith(second))), Is.EqualTo(Text(whole)));
    }

    [TestCase("pgd4_ens")]
    [TestCase("apgd-ce(steps=6)")]
    public void What_is_known_is_not_found_out_again(string attack)
    {
        var record = new Counting(Evaluate(attack, 4, true, 7, [.. Enumerable.Range(0, Samples)]));
        var before = Text(record.Known);
        Evaluate(attack, 4, true, 7, [.. Enumerable.Range(0, Samples)], record);
        Assert.Multiple(() =>
        {
            Assert.That(record.Added, Is.Zero);
            Assert.That(Text(record.Known), Is.EqualTo(before));
        });
    }

    [Test]
    public void Passes_are_full()
    {
        var lanes = new LaneUse();
        Evaluate("pgd4_ens", 4, true, 16, [.. Enumerable.Range(0, Samples)], lanes: use => lanes = use);
        Assert.That(lanes.Share, Is.InRange(0.5, 1));
    }

    private static string Text(Ledger ledger) => string.Join('\n', ledger.Rows.Select(row =>
        $"{row} {string.Join("; ", ledger.Found(row.Sample).OrderBy(found => found.Key.ToString(), StringComparer.Ordinal).Select(found => $"{found.Key}: {found.Value}"))}"));

    private static Ledger Evaluate(
        string attack, int timesteps, bool stopsEarly, int batch, int[] order, IEvaluationRecord? record = null, Action<LaneUse>? lanes = null)
    {
        using var backend = Small.Backend();
        using var model = timesteps == 0 ? Small.Ann(backend) : Small.Spiking(backend);
        var images = Small.Images(Samples);
        int[] labels;
        using (var classifier = new Classifier(model, Samples, timesteps))
        {
            labels = Small.OwnLabels(classifier, images);
        }

        labels[3] = (labels[3] + 1) % Small.Classes; // one is wrong as it is
        record ??= new Counting(new Ledger());
        using var evaluation = new Evaluation(model, new EvaluationOptions(timesteps, batch, 1, stopsEarly));
        var result = evaluation.Run(
            new Some(images, labels, order), [new AttackInBudget(AttackCatalogue.Parse(attack), Budget.Pixels(0.01f))], record: record);
        lanes?.Invoke(result.Lanes);
        return record.Known;
    }

    /// <summary>A record that counts what is added to it.</summary>
    private sealed class Counting(Ledger known) : IEvaluationRecord
    {
        public Ledger Known => known;

        public int Added { get; private set; }

        public void AddClean(LedgerRow row) => known.AddClean(row);

        public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image)
        {
            known.Add(sample, member, finding);
            Added++;
        }

        public void Flush()
        {
        }
    }

    private sealed class Some(float[] images, int[] labels, int[] order) : ISampleSource
    {
        public int Count => order.Length;

        public void Read(int index, Span<float> pixels) => images.AsSpan(order[index] * pixels.Length, pixels.Length).CopyTo(pixels);

        public int Number(int index) => order[index];

        public int Label(int index) => labels[order[index]];
    }
}
