using System.Numerics;
using RobustSnn.Model;

namespace RobustSnn.Ranks;

/// <summary>
/// A process's place among the processes of a run. All of them make the same calls in the same order, each from one thread; a call returns when it is
/// done here. Where ranks are at different calls, or one is gone, every rank is told so by an exception, and nothing but <see cref="Abort"/> and
/// <see cref="IDisposable.Dispose"/> is possible any more.
/// </summary>
/// <remarks>
/// Dispose in the end waits for the others, and throws what they say of a failure that no call has thrown. After a failure it is to come last, when the
/// message has been written: it waits a few seconds for the others to write theirs. The process should then end with an exit code that is not 0; one that does
/// not is ended.
/// </remarks>
public interface IRanks : IDisposable
{
    /// <summary>From 0 to <see cref="Count"/> - 1.</summary>
    int Rank { get; }

    int Count { get; }

    /// <summary>"Open MPI 4.1.4, 4 ranks", "1 process".</summary>
    string Description { get; }

    /// <summary>How long this rank's caller has waited in calls and for sums.</summary>
    TimeSpan Waited { get; }

    /// <summary>Returns when all ranks have called it.</summary>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    void Barrier();

    /// <summary>What the root has comes to be what all have.</summary>
    /// <param name="data">Of the same length on all ranks.</param>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    void Broadcast(Span<byte> data, int root);

    /// <summary>What each rank gave, in the order of ranks; lengths may differ.</summary>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> mine);

    /// <exception cref="OverflowException">The sum does not fit: on all ranks.</exception>
    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    long Sum(long value);

    /// <exception cref="RankLostException">Another rank is gone, or has ended by an error.</exception>
    long Largest(long value);

    /// <summary>
    /// A sum of vectors, one a shard of a batch, that gives the same bits whatever the number of ranks. It is made once, on all ranks in the same order, and used
    /// again and again.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="shards">Into how many parts a batch is cut: a property of the run, not of the machines.</param>
    /// <param name="length">Numbers in each shard's vector.</param>
    /// <exception cref="BadInputException">There are fewer shards than ranks.</exception>
    IShardSum<T> ShardSum<T>(int shards, int length)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Tells the other ranks that this one ends by an error; their calls then throw <see cref="RankLostException"/> with the message.</summary>
    void Abort(string message);
}
