namespace RobustSnn.Ranks;

/// <summary>
/// The sum of one vector a shard, added up along a fixed binary tree over the shards: ((0 + 1) + (2 + 3)), with the left part the largest power of two below
/// the whole. Ranks own contiguous shards and give theirs in order; <see cref="Begin"/> lets them travel while the caller goes on, <see cref="End"/> waits
/// for the total. Several sums may be under way; they are carried out in the order in which they were begun.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public interface IShardSum<T> : IDisposable
{
    /// <summary>The first shard of this rank.</summary>
    int First { get; }

    /// <summary>How many shards, from <see cref="First"/> on, are this rank's: at least one.</summary>
    int Owned { get; }

    /// <summary>Numbers in a vector.</summary>
    int Length { get; }

    /// <summary>Gives the vector of this rank's next shard, which is copied.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    /// <exception cref="InvalidOperationException">All shards of this rank have been given, or the sum has begun.</exception>
    void Add(ReadOnlySpan<T> shard);

    /// <exception cref="InvalidOperationException">A shard of this rank is missing.</exception>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    void Begin();

    /// <summary>The total, the same bits on all ranks; it stays until the next vector is given.</summary>
    /// <exception cref="InvalidOperationException">The sum has not begun.</exception>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    ReadOnlySpan<T> End();
}
