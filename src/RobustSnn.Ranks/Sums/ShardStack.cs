using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks.Sums;

/// <summary>
/// Adds up one rank's shards while they come, along the tree: what is there is one vector for each subtree that is complete. When all shards have been given
/// those are the rank's nodes, in order.
/// </summary>
internal sealed class ShardStack<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] completed;
    private readonly NativeBlock[] vectors;
    private int given;
    private int depth;
    private Stage stage;

    /// <exception cref="NotSupportedException">The numbers are neither float nor double.</exception>
    public ShardStack(ShardTree tree, int rank, int length)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"sums over shards are of float or double, not of {typeof(T).Name}");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, int.MaxValue / Unsafe.SizeOf<T>());
        (First, Length) = (tree.FirstOf(rank), length);
        completed = tree.CompletedBy(rank);
        vectors = [.. Enumerable.Range(0, Deepest(completed)).Select(_ => new NativeBlock((long)length * Unsafe.SizeOf<T>()))];
    }

    public int First { get; }

    public int Owned => completed.Length;

    public int Length { get; }

    public bool HasBegun => stage == Stage.Begun;

    /// <summary>Where a node of the rank's lies: complete once all shards have been given.</summary>
    public nint Node(int index) => vectors[index].Address;

    public ReadOnlySpan<T> Values(int index) => vectors[index].Span<T>(Length);

    /// <summary>Takes the next shard's vector; after an end, the first of another sum.</summary>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    /// <exception cref="InvalidOperationException">All shards of this rank have been given, or the sum has begun.</exception>
    public void Add(ReadOnlySpan<T> shard)
    {
        if (stage == Stage.Begun)
        {
            throw new InvalidOperationException("the sum has begun: it takes other vectors after its end");
        }

        if (stage == Stage.Ended)
        {
            (given, depth, stage) = (0, 0, Stage.Open);
        }

        if (shard.Length != Length)
        {
            throw new ArgumentException($"a shard's vector: expected {Length} numbers, found {shard.Length}", nameof(shard));
        }

        if (given == Owned)
        {
            throw new InvalidOperationException($"all of this rank's {Owned} shards have been given");
        }

        var joins = completed[given++];
        if (joins == 0)
        {
            shard.CopyTo(vectors[depth++].Span<T>(Length));
            return;
        }

        TensorPrimitives.Add(Values(depth - 1), shard, vectors[depth - 1].Span<T>(Length));
        for (; joins > 1; joins--, depth--)
        {
            TensorPrimitives.Add(Values(depth - 2), Values(depth - 1), vectors[depth - 2].Span<T>(Length));
        }
    }

    /// <exception cref="InvalidOperationException">A shard is missing, or the sum has begun before.</exception>
    public void Begin()
    {
        if (stage != Stage.Open || given < Owned)
        {
            throw new InvalidOperationException($"a sum begins once, when all of this rank's {Owned} shards have been given; found {(stage == Stage.Open ? given : 0)}");
        }

        stage = Stage.Begun;
    }

    /// <exception cref="InvalidOperationException">The sum has not begun.</exception>
    public void End()
    {
        if (stage != Stage.Begun)
        {
            throw new InvalidOperationException("the sum has not begun");
        }

        stage = Stage.Ended;
    }

    public void Free()
    {
        foreach (var vector in vectors)
        {
            vector.Free();
        }
    }

    private enum Stage
    {
        Open,
        Begun,
        Ended,
    }

    /// <summary>How many vectors are there at the same time, at most.</summary>
    private static int Deepest(int[] completed)
    {
        var (depth, deepest) = (0, 0);
        foreach (var joins in completed)
        {
            depth += 1 - joins;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }
}
