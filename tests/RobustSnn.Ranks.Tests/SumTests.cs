using FsCheck;
using FsCheck.Fluent;
using RobustSnn.Ranks.Worker;

namespace RobustSnn.Ranks.Tests;

/// <summary>The same bits whatever the number of ranks.</summary>
public sealed class SumTests
{
    private static IEnumerable<TestCaseData> ShardsAndRanks =>
        from shards in Enumerable.Range(1, 9)
        from ranks in Enumerable.Range(1, shards)
        select new TestCaseData(shards, ranks);

    /// <summary>Lengths on both sides of where vectors begin to be cut, of floats and of doubles.</summary>
    [TestCaseSource(nameof(ShardsAndRanks))]
    public void The_bits_do_not_depend_on_the_number_of_ranks(int shards, int ranks)
    {
        AssertSums<float>(shards, ranks, 5, 1);
        AssertSums<float>(shards, ranks, 4111, 1);
        AssertSums<double>(shards, ranks, 2051, 1);
    }

    [Test]
    public void Of_any_length_and_numbers_they_do_not_either()
    {
        var cases = from shards in Gen.Choose(1, 9)
                    from ranks in Gen.Choose(1, shards)
                    from length in Gen.OneOf(Gen.Choose(0, 40), Gen.Choose(4000, 4200), Gen.Choose(0, 30_000))
                    from seed in Gen.Choose(0, int.MaxValue)
                    select (shards, ranks, length, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Arb.From(cases), drawn =>
            AssertSums<float>(drawn.shards, drawn.ranks, drawn.length, drawn.seed)));
    }

    /// <summary>The drawn vectors are such that another order of additions shows: otherwise the tests above could not fail.</summary>
    [Test]
    public void Another_order_gives_other_bits()
    {
        float[][] shards = [.. Enumerable.Range(0, 4).Select(shard => Vectors.Of<float>(shard, 1000))];
        var plain = shards.Aggregate((one, other) => [.. one.Zip(other, (a, b) => a + b)]);
        Assert.That(Vectors.Bits(plain), Is.Not.EqualTo(Vectors.Bits(Vectors.Sum(shards))));
    }

    [Test]
    public void Vectors_have_to_be_given_whole_and_in_their_turn()
    {
        using var ranks = new SingleProcess();
        using var sum = ranks.ShardSum<float>(2, 3);
        sum.Add([1, 2, 3]);
        Assert.That(() => sum.Begin(), Throws.InvalidOperationException.With.Message.Contains("found 1"));
        Assert.That(() => sum.End(), Throws.InvalidOperationException);
        Assert.That(() => sum.Add([1, 2]), Throws.ArgumentException.With.Message.Contains("expected 3 numbers, found 2"));
        sum.Add([10, 20, 30]);
        Assert.That(() => sum.Add([1, 2, 3]), Throws.InvalidOperationException);
        sum.Begin();
        Assert.That(() => sum.Add([1, 2, 3]), Throws.InvalidOperationException);
        Assert.That(() => sum.Begin(), Throws.InvalidOperationException);
        Assert.That(sum.End().ToArray(), Is.EqualTo(new float[] { 11, 22, 33 }));
        Assert.That(() => sum.End(), Throws.InvalidOperationException);
        Assert.That(() => sum.Begin(), Throws.InvalidOperationException, "nothing has been given since");
    }

    private static void AssertSums<T>(int shards, int ranks, int length, int seed)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var expected = Vectors.Bits(Vectors.Sum([.. Enumerable.Range(0, shards).Select(shard => Vectors.Of<T>(shard, length, seed))]));
        Team.Run(ranks, rank => Assert.That(Vectors.Bits(Vectors.SumBy<T>(rank, shards, length, seed)).AsSpan().SequenceEqual(expected), Is.True, $"on rank {rank.Rank}"));
        using var single = new SingleProcess();
        Assert.That(Vectors.Bits(Vectors.SumBy<T>(single, shards, length, seed)).AsSpan().SequenceEqual(expected), Is.True, "in a single process");
    }
}
