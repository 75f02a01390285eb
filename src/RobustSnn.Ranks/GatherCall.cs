using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>What each rank brings, or one alone, comes to all. Of small things: everything is copied.</summary>
internal sealed class GatherCall : Call
{
    private readonly NativeBlock[] blocks;
    private readonly long[] lengths;
    private readonly int rank;
    private CallHeader header;

    public GatherCall(int rank, int count)
    {
        this.rank = rank;
        blocks = [.. Enumerable.Range(0, count).Select(_ => new NativeBlock(0))];
        lengths = new long[count];
    }

    public override CallHeader Header => header;

    /// <summary>What is brought; for a broadcast (<paramref name="root"/> is given) it is heeded of the root alone.</summary>
    public void Prepare(CallKind kind, ReadOnlySpan<byte> mine, int? root = null)
    {
        header = new CallHeader(0, kind, root ?? 0, mine.Length);
        blocks[rank].Ensure(mine.Length);
        mine.CopyTo(blocks[rank].Span<byte>(mine.Length));
        lengths[rank] = mine.Length;
    }

    public ReadOnlySpan<byte> Of(int peer) => blocks[peer].Span<byte>((int)lengths[peer]);

    public override void Carry(Exchange exchange)
    {
        int? root = header.Kind == CallKind.Broadcast ? header.Detail : null;
        for (var peer = 0; peer < exchange.Count; peer++)
        {
            if (peer != rank && (root is null || root == rank) && lengths[rank] > 0)
            {
                exchange.Send(peer, blocks[rank].Address, (int)lengths[rank]);
            }
        }

        exchange.AwaitHeaders();
        for (var peer = 0; peer < exchange.Count; peer++)
        {
            if (peer != rank && (root is null || root == peer))
            {
                lengths[peer] = exchange.HeaderOf(peer).Length;
                blocks[peer].Ensure(lengths[peer]);
                if (lengths[peer] > 0)
                {
                    exchange.Receive(peer, blocks[peer].Address, (int)lengths[peer]);
                }
            }
        }

        exchange.AwaitAll();
    }

    public void Free()
    {
        foreach (var block in blocks)
        {
            block.Free();
        }
    }
}
