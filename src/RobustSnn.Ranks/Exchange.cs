using System.Runtime.CompilerServices;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>
/// One call's messages. Headers go ahead, and data may be sent at once; it is received only from ranks whose header has been seen to be the same. While anything
/// is waited for, <see cref="PeerWatch"/> is asked whether those who have not come are still there.
/// </summary>
internal sealed class Exchange
{
    private readonly ITransport transport;
    private readonly PeerWatch watch;
    private readonly NativeBlock headers; // of each rank; in this rank's place, its own
    private readonly List<Pending> pending = [];

    public Exchange(ITransport transport, PeerWatch watch)
    {
        (this.transport, this.watch) = (transport, watch);
        headers = new NativeBlock((long)Unsafe.SizeOf<CallHeader>() * transport.Count);
    }

    public int Rank => transport.Rank;

    public int Count => transport.Count;

    private static int HeaderLength => Unsafe.SizeOf<CallHeader>();

    /// <summary>The header of a rank, once <see cref="AwaitHeaders"/> has returned.</summary>
    public CallHeader HeaderOf(int rank) => headers.Span<CallHeader>(Count)[rank];

    /// <summary>Sends this rank's header to all others.</summary>
    public void Begin(CallHeader header)
    {
        headers.Span<CallHeader>(Count)[Rank] = header;
        for (var peer = 0; peer < Count; peer++)
        {
            if (peer != Rank)
            {
                pending.Add(new Pending(transport.Receive(peer, Topic.Calls, headers.Address + peer * HeaderLength, HeaderLength), peer, HeaderLength, Topic.Calls));
                pending.Add(new Pending(transport.Send(peer, Topic.Calls, headers.Address + Rank * HeaderLength, HeaderLength), peer, null, Topic.Calls));
            }
        }
    }

    /// <summary>Returns when all ranks are at the same call.</summary>
    /// <exception cref="InvalidOperationException">One is at another.</exception>
    public void AwaitHeaders()
    {
        Await(Topic.Calls);
        for (var peer = 0; peer < Count; peer++)
        {
            if (!HeaderOf(Rank).Fits(HeaderOf(peer)))
            {
                throw new InvalidOperationException($"{watch.Name(peer)} is at {HeaderOf(peer)}, {watch.Name(Rank)} at {HeaderOf(Rank)}: all ranks have to make the same calls");
            }
        }
    }

    public void Send(int peer, nint data, int length) => pending.Add(new Pending(transport.Send(peer, Topic.Data, data, length), peer, null, Topic.Data));

    /// <summary>Only after <see cref="AwaitHeaders"/>.</summary>
    public void Receive(int peer, nint data, int length) => pending.Add(new Pending(transport.Receive(peer, Topic.Data, data, length), peer, length, Topic.Data));

    /// <summary>Returns when everything that was sent and received is done.</summary>
    public void AwaitAll() => Await(null);

    private void Await(Topic? topic)
    {
        var backoff = default(Backoff);
        while (true)
        {
            var (left, came) = (0, false);
            for (var index = pending.Count - 1; index >= 0; index--)
            {
                if (IsDone(pending[index]))
                {
                    // The order of what is left does not matter.
                    pending[index] = pending[^1];
                    pending.RemoveAt(pending.Count - 1);
                    came = true;
                }
            }

            foreach (var request in pending)
            {
                left += topic is null || request.Topic == topic ? 1 : 0;
            }

            if (left == 0)
            {
                return;
            }

            watch.Look();
            watch.ExpectStillThere(pending);
            if (came)
            {
                backoff.Reset();
            }

            backoff.Pause();
        }
    }

    private bool IsDone(Pending request)
    {
        if (!transport.IsDone(request.Request, out var received))
        {
            return false;
        }

        if (request.Expected is { } expected)
        {
            watch.Heard(request.Peer);
            if (received != expected)
            {
                throw new InvalidOperationException($"a message from {watch.Name(request.Peer)}: expected {expected} bytes, found {received}");
            }
        }

        return true;
    }
}

/// <summary>A send or a receive that is not done.</summary>
/// <param name="Expected">How many bytes are to be received; null for a send.</param>
internal readonly record struct Pending(int Request, int Peer, int? Expected, Topic Topic);
