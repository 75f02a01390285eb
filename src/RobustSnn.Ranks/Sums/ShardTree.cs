using RobustSnn.Model;

namespace RobustSnn.Ranks.Sums;

/// <summary>A whole subtree whose shards, from First to before End, are all of one rank.</summary>
internal readonly record struct ShardNode(int Rank, int First, int End);

/// <summary>One node of <see cref="ShardTree.Nodes"/> is added to another, on its left.</summary>
internal readonly record struct NodeAddition(int Into, int From);

/// <summary>
/// The order in which the vectors of shards are added up: a binary tree whose left part is the largest power of two below the whole, whoever owns the shards.
/// Ranks own contiguous shards and add up the subtrees that are theirs alone (<see cref="Nodes"/>); what is above those are <see cref="Additions"/>.
/// </summary>
internal sealed class ShardTree
{
    private readonly List<ShardNode> nodes = [];
    private readonly List<NodeAddition> additions = [];

    /// <exception cref="BadInputException">There are fewer shards than ranks.</exception>
    public ShardTree(int shards, int ranks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        if (ranks > shards)
        {
            throw new BadInputException($"a batch is cut into {shards} shards: expected at most {shards} ranks, found {ranks}. Start fewer processes, or cut batches into more shards");
        }

        (Shards, Ranks) = (shards, ranks);
        Divide(0, shards);
    }

    public int Shards { get; }

    public int Ranks { get; }

    /// <summary>The largest subtrees that are of one rank alone, in the order of shards. After all <see cref="Additions"/> the first is the total.</summary>
    public IReadOnlyList<ShardNode> Nodes => nodes;

    /// <summary>In the order in which they are carried out.</summary>
    public IReadOnlyList<NodeAddition> Additions => additions;

    /// <summary>The first shard of a rank; that of the rank after the last is the number of shards.</summary>
    public int FirstOf(int rank) => (int)((long)Shards * rank / Ranks);

    /// <summary>Of each shard of a rank, how many subtrees of its own it completes, from the smallest on.</summary>
    public int[] CompletedBy(int rank)
    {
        var completed = new int[FirstOf(rank + 1) - FirstOf(rank)];
        foreach (var node in nodes.Where(node => node.Rank == rank))
        {
            Count(node.First - FirstOf(rank), node.End - FirstOf(rank), completed);
        }

        return completed;
    }

    /// <summary>Where a subtree of two or more shards is divided.</summary>
    private static int Middle(int first, int end) => first + (1 << int.Log2(end - first - 1));

    private static void Count(int first, int end, int[] completed)
    {
        if (end - first > 1)
        {
            completed[end - 1]++;
            Count(first, Middle(first, end), completed);
            Count(Middle(first, end), end, completed);
        }
    }

    private int Divide(int first, int end)
    {
        var rank = RankOf(first);
        if (rank == RankOf(end - 1))
        {
            nodes.Add(new ShardNode(rank, first, end));
            return nodes.Count - 1;
        }

        var (left, right) = (Divide(first, Middle(first, end)), Divide(Middle(first, end), end));
        additions.Add(new NodeAddition(left, right));
        return left;
    }

    private int RankOf(int shard) => Enumerable.Range(0, Ranks).Last(rank => FirstOf(rank) <= shard);
}
