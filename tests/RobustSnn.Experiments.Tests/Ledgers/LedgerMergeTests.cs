using FsCheck;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

[TestFixture]
public sealed class LedgerMergeTests
{
    private const int Shards = 4;

    private static readonly LedgerHeader Header = SampleLedgers.Header("0-39");

    private static LedgerFile Shard(int number)
    {
        var samples = NumberRanges.Of(SampleLedgers.Asked(Header).Where(sample => sample % Shards == number - 1));
        return SampleLedgers.Whole(SampleLedgers.Header(samples.ToString(), $"{number}/{Shards}"));
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public bool All_shards_in_any_order_are_the_whole_to_the_byte(int seed)
    {
        int[] order = [.. Enumerable.Range(1, Shards)];
        new System.Random(seed).Shuffle(order);
        var left = LedgerMerge.Of(Shard(order[0]), Shard(order[1]));
        var right = LedgerMerge.Of(Shard(order[2]), Shard(order[3]));
        return SampleLedgers.Bytes(LedgerMerge.Of(left, right)).AsSpan().SequenceEqual(SampleLedgers.Bytes(SampleLedgers.Whole(Header)));
    }

    [Test]
    public void Some_shards_are_some_shards()
    {
        var merged = LedgerMerge.Of(Shard(3), Shard(1));
        Assert.That(merged.Header.Shard?.ToString(), Is.EqualTo("1,3/4"));
        Assert.That(merged.Ledger.Count, Is.EqualTo(20));
        Assert.That(SampleLedgers.Bytes(LedgerMerge.Of(merged, Shard(1))), Is.EqualTo(SampleLedgers.Bytes(merged)));
    }

    [Test]
    public void Attacks_are_united_in_order()
    {
        var left = SampleLedgers.Whole(SampleLedgers.Header(attacks: [SampleLedgers.Square, SampleLedgers.Pgd]));
        var right = SampleLedgers.Whole(SampleLedgers.Header(attacks: [SampleLedgers.Pgd, SampleLedgers.Wide, SampleLedgers.Euclidean]));
        var merged = LedgerMerge.Of(left, right);
        Assert.That(merged.Header.Attacks,
            Is.EqualTo(new[] { SampleLedgers.Square, SampleLedgers.Pgd, SampleLedgers.Wide, SampleLedgers.Euclidean }));
        Assert.That(merged.IsComplete);
    }

    [Test]
    public void Other_attacks_on_other_samples_leave_gaps()
    {
        var left = SampleLedgers.Whole(SampleLedgers.Header("0-4", null, SampleLedgers.Square));
        var right = SampleLedgers.Whole(SampleLedgers.Header("5-9", null, SampleLedgers.Euclidean));
        var merged = LedgerMerge.Of(left, right);
        Assert.That(merged.IsComplete, Is.False);
        Assert.That(merged.Ledger.Accuracy(SampleLedgers.Square.Members, 10).Missing, Is.EqualTo(4));
    }

    /// <summary>No finding depends on the batch: machines of different size may share an evaluation.</summary>
    [Test]
    public void Another_batch_merges_whichever_comes_first()
    {
        var (left, right) = (SampleLedgers.Whole(Header), SampleLedgers.Whole(Header with { Batch = 32 }));
        Assert.Multiple(() =>
        {
            Assert.That(LedgerMerge.Of(right, left).Header.Batch, Is.EqualTo(LedgerMerge.Of(left, right).Header.Batch));
            Assert.That(LedgerMerge.Of(left, right).Header.Batch, Is.EqualTo(Math.Max(32, Header.Batch)));
        });
    }

    private static IEnumerable<TestCaseData> Others()
    {
        yield return Case("version", Header with { Version = "0.2.0" });
        yield return Case("checkpoint", Header with { Checkpoint = new string('c', 64) });
        yield return Case("data", Header with { Data = "cifar100" });
        yield return Case("images", Header with { Images = Header.Images with { Sha256 = new string('c', 64) } });
        yield return Case("timesteps", Header with { Timesteps = 8 });
        yield return Case("seed", Header with { Seed = 1 });
        yield return Case("backend", Header with { Backend = "reference" });
        yield return Case("arithmetic", Header with { Arithmetic = "X64, AVX2" });
        yield return Case("stops_early", Header with { StopsEarly = false });

        static TestCaseData Case(string key, LedgerHeader other) => new TestCaseData(key, other).SetArgDisplayNames(key);
    }

    [TestCaseSource(nameof(Others))]
    public void Ledgers_of_different_things_do_not_merge(string key, LedgerHeader other)
    {
        using var folder = new TemporaryFolder();
        SampleLedgers.Whole(Header).Write(folder.File("a"));
        SampleLedgers.Whole(other).Write(folder.File("b"));
        Assert.That(() => LedgerMerge.Read([folder.File("a"), folder.File("b")]), Refuses.At(folder.File("b"), folder.File("a"), $"'{key}' expected"));
    }

    [Test]
    public void Rows_that_disagree_do_not_merge()
    {
        using var folder = new TemporaryFolder();
        SampleLedgers.Whole(Header).Write(folder.File("a"));
        var other = new LedgerFile(Header, new Ledger());
        other.Ledger.AddClean(new LedgerRow(7, 7, 7, 1));
        other.Write(folder.File("b"));
        Assert.That(() => LedgerMerge.Read([folder.File("a"), folder.File("b")]), Refuses.At(folder.File("b"), "Sample 7", "margin 2.4333332 and 1"));
    }
}
