using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using RobustSnn.Model;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>One of several ranks, whatever carries their messages: <see cref="RankThread"/> does the talking.</summary>
internal sealed class ManyProcesses : IRanks
{
    private readonly RankThread thread;
    private readonly ITransport transport;
    private readonly PeerWatch watch;
    private readonly GatherCall gather;
    private long waited;
    private bool isTold; // the caller has seen the failure, or has brought it about
    private bool isDisposed;

    /// <summary>Opens the transport; <see cref="Introduce"/> has to follow.</summary>
    /// <param name="open">Called on the thread that talks to others.</param>
    /// <param name="silence">A rank that is not heard of for so long is lost.</param>
    public ManyProcesses(Func<ITransport> open, TimeSpan silence)
    {
        thread = new RankThread(open, silence);
        (transport, watch) = thread.Opened;
        gather = new GatherCall(Rank, Count);
    }

    public int Rank => transport.Rank;

    public int Count => transport.Count;

    public string Description => $"{transport.Description}, {Count} {(Count == 1 ? "rank" : "ranks")}";

    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, waited);

    /// <summary>Learns who the others are.</summary>
    /// <exception cref="BadInputException">Settings are not the same on all ranks: all refuse, and have ended in order.</exception>
    public void Introduce(Introduction mine)
    {
        try
        {
            Introduction[] all = [.. Gather(CallKind.Start, mine.ToBytes()).Select(Introduction.Read)];
            for (var rank = 0; rank < Count; rank++)
            {
                watch.SetName(rank, $"rank {rank} ({all[rank].Machine}, pid {all[rank].Process})");
            }

            Introduction.ExpectSame(all);
        }
        catch (BadInputException)
        {
            Dispose();
            throw;
        }
    }

    public void Barrier() => Exchange(CallKind.Barrier, []);

    public void Broadcast(Span<byte> data, int root)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, Count);
        Exchange(CallKind.Broadcast, data, root);
        gather.Of(root).CopyTo(data);
    }

    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> mine) => Gather(CallKind.Gather, mine);

    public long Sum(long value)
    {
        Exchange(CallKind.Sum, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));
        var sum = 0L;
        for (var rank = 0; rank < Count; rank++)
        {
            sum = checked(sum + MemoryMarshal.Read<long>(gather.Of(rank)));
        }

        return sum;
    }

    public long Largest(long value)
    {
        Exchange(CallKind.Largest, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));
        for (var rank = 0; rank < Count; rank++)
        {
            value = Math.Max(value, MemoryMarshal.Read<long>(gather.Of(rank)));
        }

        return value;
    }

    public IShardSum<T> ShardSum<T>(int shards, int length)
        where T : unmanaged, IFloatingPointIeee754<T> => new ManyShardSum<T>(this, shards, length);

    public void Abort(string message)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        isTold = true;
        thread.Abort(message);
    }

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            thread.Close();
            if (thread.Failure is null)
            {
                gather.Free();
            }
            else if (!isTold)
            {
                throw thread.Failure;
            }
        }
    }

    /// <summary>Has a call carried out after those that were begun before.</summary>
    public void Begin(Call call)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        thread.Begin(call);
    }

    /// <summary>Returns when a call is done, and counts the time until then.</summary>
    public void Wait(Call call)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            call.Wait();
        }
        catch
        {
            isTold = true;
            throw;
        }
        finally
        {
            waited += Stopwatch.GetTimestamp() - since;
        }
    }

    /// <summary>Whether memory that has travelled may be given back: after a failure somebody may still write into it.</summary>
    public bool MayFree => thread.Failure is null;

    private byte[][] Gather(CallKind kind, ReadOnlySpan<byte> mine)
    {
        Exchange(kind, mine);
        return [.. Enumerable.Range(0, Count).Select(rank => gather.Of(rank).ToArray())];
    }

    private void Exchange(CallKind kind, ReadOnlySpan<byte> mine, int? root = null)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        gather.Prepare(kind, mine, root);
        Begin(gather);
        Wait(gather);
    }
}
