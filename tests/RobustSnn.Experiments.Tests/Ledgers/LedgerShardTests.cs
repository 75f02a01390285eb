using RobustSnn.Experiments.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

[TestFixture]
public sealed class LedgerShardTests
{
    [TestCase("3/16")]
    [TestCase("1-3,7/16")]
    [TestCase("1/2")]
    public void A_text_comes_back(string text) => Assert.That(LedgerShard.Parse("here", text).ToString(), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("3")]
    [TestCase("3/")]
    [TestCase("/3")]
    [TestCase("0/3")]
    [TestCase("4/3")]
    [TestCase("1/1", Description = "all of it is no shard")]
    [TestCase("1-3/3", Description = "all of it is no shard")]
    [TestCase("1/03")]
    [TestCase("1/-3")]
    [TestCase("1/2/3")]
    public void Another_text_is_refused(string text) => Assert.That(() => LedgerShard.Parse("here", text), Refuses.At("here", $"found '"));

    [TestCase("1/3", "2/3", "1-2/3")]
    [TestCase("1/3", "1/3", "1/3")]
    [TestCase("1-2/3", "3/3", null)]
    [TestCase("1/3", null, null)]
    [TestCase(null, null, null)]
    public void All_shards_are_the_whole(string? left, string? right, string? both)
    {
        var (a, b) = (Read(left), Read(right));
        Assert.That(LedgerShard.Union(a, b)?.ToString(), Is.EqualTo(both));
        Assert.That(LedgerShard.Union(b, a)?.ToString(), Is.EqualTo(both));

        static LedgerShard? Read(string? text) => text is null ? null : LedgerShard.Parse("here", text);
    }

    [Test]
    public void Shards_of_different_divisions_do_not_join() =>
        Assert.That(() => LedgerShard.Union(LedgerShard.Parse("", "1/2"), LedgerShard.Parse("", "1/3")), Refuses.Saying("1/2", "1/3"));
}
