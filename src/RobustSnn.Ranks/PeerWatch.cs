using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>
/// Knows of every other rank whether it is there: each sends a sign of life every fifteenth of the time after which it counts as lost, says when it has come to
/// the end, and, where something went wrong, what and whose fault it is.
/// </summary>
internal sealed class PeerWatch
{
    /// <summary>Of a sign, in bytes: its kind, the rank that it is about, and what is said.</summary>
    private const int LongestSign = 2048;

    private const int TextStart = 5;

    /// <summary>How long a call waits for a rank that has ended: what it sent before may still be on its way.</summary>
    private static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(1);

    private readonly ITransport transport;
    private readonly TimeSpan silence;
    private readonly TimeSpan pulse;
    private readonly NativeBlock heardSigns;
    private readonly NativeBlock life = new(LongestSign);
    private readonly NativeBlock end = new(LongestSign);
    private readonly NativeBlock fault = new(LongestSign);
    private readonly NativeBlock leave = new(LongestSign);
    private readonly Peer[] peers;
    private readonly List<int> farewells = [];
    private volatile string? abortMessage;
    private long lastPulse;
    private long lastLook = Stopwatch.GetTimestamp();

    public PeerWatch(ITransport transport, TimeSpan silence)
    {
        (this.transport, this.silence, pulse) = (transport, silence, silence / 15);
        heardSigns = new NativeBlock((long)LongestSign * transport.Count);
        peers = [.. Enumerable.Range(0, transport.Count).Select(rank => new Peer($"rank {rank}"))];
        Write(life, Sign.Life, transport.Rank, "");
        foreach (var (peer, rank) in Others())
        {
            Listen(peer, rank);
        }
    }

    private enum Sign : byte
    {
        Life = 1,
        End,
        Fault,
        Leave,
    }

    /// <summary>"rank 2 (host, pid 1234)"; before ranks have told each other, "rank 2".</summary>
    public string Name(int rank) => peers[rank].Name;

    public void SetName(int rank, string name) => peers[rank].Name = name;

    /// <summary>Something has come from a rank.</summary>
    public void Heard(int rank) => peers[rank].Heard = Stopwatch.GetTimestamp();

    /// <summary>From another thread: the next look throws this.</summary>
    public void Abort(string message) => abortMessage = message;

    /// <summary>Gives a sign of life when it is time, and hears what others say.</summary>
    /// <exception cref="RankLostException">A rank has been silent for too long, or somebody says that one has failed.</exception>
    /// <exception cref="OperationCanceledException">This rank gives up.</exception>
    public void Look()
    {
        if (abortMessage is not null)
        {
            throw new OperationCanceledException(abortMessage);
        }

        Hear();
        for (var rank = 0; rank < peers.Length; rank++)
        {
            var peer = peers[rank];
            if (peer.Fault is { } said)
            {
                throw new RankLostException(peer.FaultOf, said);
            }

            if (rank != transport.Rank && !peer.HasEnded && Stopwatch.GetElapsedTime(peer.Heard) > silence)
            {
                throw new RankLostException(rank, $"{peer.Name} has not been heard of for {silence.TotalSeconds:0.###} s");
            }
        }
    }

    /// <exception cref="RankLostException">One from which something is expected has come to its end.</exception>
    public void ExpectStillThere(List<Pending> pending)
    {
        foreach (var request in pending)
        {
            var peer = peers[request.Peer];
            if (request.Expected is not null && peer.HasEnded && Stopwatch.GetElapsedTime(peer.Ended) > OnTheWay)
            {
                throw new RankLostException(request.Peer, $"{peer.Name} has come to its end, and {Name(transport.Rank)} still waits for it in a call");
            }
        }
    }

    /// <summary>The orderly end: returns when all others have come to theirs, and no message is left.</summary>
    /// <exception cref="RankLostException">A rank has been silent for too long, or somebody says that one has failed.</exception>
    public void AwaitEnd()
    {
        peers[transport.Rank].HasEnded = true;
        Write(end, Sign.End, transport.Rank, "");
        farewells.AddRange(Others().Select(other => transport.Send(other.Rank, Topic.Signs, end.Address, TextStart)));
        while (Others().Any(other => !other.Peer.HasEnded) || farewells.Count > 0 || Others().Any(other => other.Peer.Pulsing is not null))
        {
            farewells.RemoveAll(request => transport.IsDone(request, out _));
            Look();
            Thread.Sleep(1);
        }
    }

    /// <summary>Tells all others what went wrong here or was heard of.</summary>
    /// <param name="rank">Whose fault it is.</param>
    public void Tell(int rank, string message)
    {
        var length = Write(fault, Sign.Fault, rank, message);
        foreach (var (_, other) in Others())
        {
            // Not waited for: whoever does not take it has other troubles.
            _ = transport.Send(other, Topic.Signs, fault.Address, length);
        }
    }

    /// <summary>After a failure: tells all others that this rank has written its message and is about to end.</summary>
    public void Leave()
    {
        Write(leave, Sign.Leave, transport.Rank, "");
        foreach (var (_, other) in Others())
        {
            _ = transport.Send(other, Topic.Signs, leave.Address, TextStart);
        }
    }

    /// <summary>Whether all others but the one that is lost are about to end, too.</summary>
    public bool HaveOthersLeft(int lost)
    {
        Hear();
        return Others().All(other => other.Rank == lost || other.Peer.HasLeft || other.Peer.HasEnded);
    }

    private void Hear()
    {
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(lastLook, now) > silence / 2)
        {
            // This process itself stood still: others may have spoken all the while.
            foreach (var peer in peers)
            {
                peer.Heard = now;
            }
        }

        lastLook = now;
        var isTime = Stopwatch.GetElapsedTime(lastPulse, now) > pulse;
        lastPulse = isTime ? now : lastPulse;
        for (var rank = 0; rank < peers.Length; rank++)
        {
            var peer = peers[rank];
            if (rank == transport.Rank)
            {
                continue;
            }

            while (peer.Listening is { } listening && transport.IsDone(listening, out var length))
            {
                Take(peer, rank, length);
            }

            if (peer.Pulsing is { } pulsing && transport.IsDone(pulsing, out _))
            {
                peer.Pulsing = null;
            }

            if (isTime && !peers[transport.Rank].HasEnded && peer.Pulsing is null) // one that has ended its work, too: it waits for the others, and for their signs
            {
                peer.Pulsing = transport.Send(rank, Topic.Signs, life.Address, TextStart);
            }
        }
    }

    private void Listen(Peer peer, int rank) => peer.Listening = transport.Receive(rank, Topic.Signs, heardSigns.Address + rank * LongestSign, LongestSign);

    private void Take(Peer peer, int rank, int length)
    {
        peer.Heard = Stopwatch.GetTimestamp();
        var said = heardSigns.Span<byte>(LongestSign * peers.Length).Slice(rank * LongestSign, Math.Min(length, LongestSign));
        switch ((Sign)said[0])
        {
            case Sign.End:
                (peer.HasEnded, peer.Ended) = (true, Stopwatch.GetTimestamp());
                peer.Listening = null; // nothing comes after it
                return;
            case Sign.Fault:
                peer.FaultOf = BinaryPrimitives.ReadInt32LittleEndian(said[1..]);
                peer.Fault ??= Encoding.UTF8.GetString(said[TextStart..]);
                break;
            case Sign.Leave:
                peer.HasLeft = true;
                break;
        }

        Listen(peer, rank);
    }

    private static int Write(NativeBlock block, Sign sign, int rank, string text)
    {
        var bytes = block.Span<byte>(LongestSign);
        bytes[0] = (byte)sign;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], rank);
        Encoding.UTF8.GetEncoder().Convert(text, bytes[TextStart..], flush: true, out _, out var written, out _); // what is too long is cut
        return TextStart + written;
    }

    private IEnumerable<(Peer Peer, int Rank)> Others() => peers.Select((peer, rank) => (peer, rank)).Where(other => other.rank != transport.Rank);

    private sealed class Peer(string name)
    {
        public string Name { get; set; } = name;

        public long Heard { get; set; } = Stopwatch.GetTimestamp();

        public long Ended { get; set; }

        public bool HasEnded { get; set; }

        public bool HasLeft { get; set; }

        public string? Fault { get; set; }

        public int FaultOf { get; set; }

        /// <summary>The receive that is always there.</summary>
        public int? Listening { get; set; }

        /// <summary>A sign of life that has not been taken yet; no other is sent meanwhile.</summary>
        public int? Pulsing { get; set; }
    }
}
