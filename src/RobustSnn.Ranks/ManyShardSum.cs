using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using RobustSnn.Ranks.Sums;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>
/// The sum over shards of many ranks. Each gets its slice of every node of the tree from whoever owns it, adds the nodes up, and gives its slice of the total
/// to all: where every rank owns one node, a rank sends and receives each number of the vector about twice. Short vectors are not cut: everyone gets all nodes.
/// Either way the additions of a number are the same.
/// </summary>
internal sealed class ManyShardSum<T> : Call, IShardSum<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>In bytes: below it one message takes as long as two that are shorter.</summary>
    private const int LongestUncut = 16 * 1024;

    private readonly ManyProcesses ranks;
    private readonly ShardTree tree;
    private readonly ShardStack<T> stack;
    private readonly NativeBlock total;
    private readonly NativeBlock[] received; // nodes of others, this rank's slice of each
    private readonly nint[] nodes; // where each node's slice lies here
    private readonly bool isCut;
    private bool isDisposed;

    public ManyShardSum(ManyProcesses ranks, int shards, int length)
    {
        this.ranks = ranks;
        tree = new ShardTree(shards, ranks.Count);
        stack = new ShardStack<T>(tree, ranks.Rank, length);
        isCut = (long)length * Unsafe.SizeOf<T>() > LongestUncut;
        total = new NativeBlock((long)length * Unsafe.SizeOf<T>());
        received = [.. tree.Nodes.Select(node => new NativeBlock(node.Rank == ranks.Rank ? 0 : (long)SliceOf(ranks.Rank).Length * Unsafe.SizeOf<T>()))];
        nodes = new nint[tree.Nodes.Count];
    }

    public int First => stack.First;

    public int Owned => stack.Owned;

    public int Length => stack.Length;

    public override CallHeader Header =>
        new(0, typeof(T) == typeof(double) ? CallKind.SumOfDoubles : CallKind.SumOfFloats, tree.Shards, (long)Length * Unsafe.SizeOf<T>());

    public void Add(ReadOnlySpan<T> shard) => stack.Add(shard);

    public void Begin()
    {
        stack.Begin();
        ranks.Begin(this);
    }

    public ReadOnlySpan<T> End()
    {
        stack.End();
        ranks.Wait(this);
        return total.Span<T>(Length);
    }

    public override void Carry(Exchange exchange)
    {
        var mine = SliceOf(exchange.Rank);
        for (var (index, own) = (0, 0); index < nodes.Length; index++)
        {
            if (tree.Nodes[index].Rank == exchange.Rank)
            {
                nodes[index] = Place(stack.Node(own), mine);
                SendSlices(exchange, stack.Node(own++));
            }
            else
            {
                nodes[index] = received[index].Address;
            }
        }

        exchange.AwaitHeaders();
        for (var index = 0; index < nodes.Length; index++)
        {
            if (tree.Nodes[index].Rank != exchange.Rank)
            {
                exchange.Receive(tree.Nodes[index].Rank, nodes[index], Bytes(mine.Length));
            }
        }

        exchange.AwaitAll();
        for (var index = 0; index < tree.Additions.Count; index++)
        {
            var addition = tree.Additions[index];
            TensorPrimitives.Add<T>(Values(nodes[addition.Into], mine.Length), Values(nodes[addition.From], mine.Length), Values(nodes[addition.Into], mine.Length));
        }

        Values(nodes[0], mine.Length).CopyTo(Values(Place(total.Address, mine), mine.Length));
        if (isCut)
        {
            for (var peer = 0; peer < exchange.Count; peer++)
            {
                if (peer != exchange.Rank)
                {
                    var theirs = SliceOf(peer);
                    exchange.Send(peer, Place(total.Address, mine), Bytes(mine.Length));
                    exchange.Receive(peer, Place(total.Address, theirs), Bytes(theirs.Length));
                }
            }

            exchange.AwaitAll();
        }
    }

    /// <summary>A sum that is still under way keeps its memory, in which others may write.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        if (ranks.MayFree && !stack.HasBegun)
        {
            stack.Free();
            total.Free();
            foreach (var block in received)
            {
                block.Free();
            }
        }
    }

    private void SendSlices(Exchange exchange, nint node)
    {
        for (var peer = 0; peer < exchange.Count; peer++)
        {
            if (peer != exchange.Rank)
            {
                var slice = SliceOf(peer);
                exchange.Send(peer, Place(node, slice), Bytes(slice.Length));
            }
        }
    }

    /// <summary>Which numbers a rank adds up.</summary>
    private Slice SliceOf(int rank)
    {
        if (!isCut)
        {
            return new Slice(0, Length);
        }

        var first = (int)((long)Length * rank / ranks.Count);
        return new Slice(first, (int)((long)Length * (rank + 1) / ranks.Count) - first);
    }

    private static int Bytes(int length) => length * Unsafe.SizeOf<T>();

    private static nint Place(nint vector, Slice slice) => vector + (nint)slice.First * Unsafe.SizeOf<T>();

    private static unsafe Span<T> Values(nint address, int length) => new((void*)address, length);

    private readonly record struct Slice(int First, int Length);
}
