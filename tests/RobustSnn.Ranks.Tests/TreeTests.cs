using RobustSnn.Model;
using RobustSnn.Ranks.Sums;

namespace RobustSnn.Ranks.Tests;

/// <summary>Who adds up what, and in which order.</summary>
public sealed class TreeTests
{
    /// <summary>As it is written down: the order is a promise to whoever compares runs.</summary>
    [TestCase(1, "0")]
    [TestCase(2, "(0+1)")]
    [TestCase(3, "((0+1)+2)")]
    [TestCase(4, "((0+1)+(2+3))")]
    [TestCase(5, "(((0+1)+(2+3))+4)")]
    [TestCase(6, "(((0+1)+(2+3))+(4+5))")]
    [TestCase(9, "((((0+1)+(2+3))+((4+5)+(6+7)))+8)")]
    public void The_order_of_additions_is_fixed(int shards, string expected)
    {
        // With a rank for each shard all additions are there to be seen.
        var tree = new ShardTree(shards, shards);
        string[] terms = [.. tree.Nodes.Select(node => $"{node.First}")];
        foreach (var (into, from) in tree.Additions)
        {
            terms[into] = $"({terms[into]}+{terms[from]})";
        }

        Assert.That(terms[0], Is.EqualTo(expected));
    }

    [TestCase(4, 3, "0:0-1 1:1-2 2:2-4")]
    [TestCase(9, 2, "0:0-4 1:4-8 1:8-9")]
    [TestCase(6, 4, "0:0-1 1:1-2 1:2-3 2:3-4 3:4-6")]
    [TestCase(8, 1, "0:0-8")]
    public void A_rank_adds_up_the_subtrees_that_are_its_own(int shards, int ranks, string expected) =>
        Assert.That(string.Join(' ', new ShardTree(shards, ranks).Nodes.Select(node => $"{node.Rank}:{node.First}-{node.End}")), Is.EqualTo(expected));

    [Test]
    public void More_ranks_than_shards_are_refused() =>
        Assert.That(() => new ShardTree(3, 4), Throws.TypeOf<BadInputException>().With.Message.Contains("3 shards").And.Message.Contains("found 4"));
}
