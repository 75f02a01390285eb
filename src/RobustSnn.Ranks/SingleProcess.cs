using System.Numerics;
using RobustSnn.Ranks.Sums;

namespace RobustSnn.Ranks;

/// <summary>The only process of a run: nothing to wait for, and the sums of many.</summary>
public sealed class SingleProcess : IRanks
{
    public int Rank => 0;

    public int Count => 1;

    public string Description => "1 process";

    public TimeSpan Waited => TimeSpan.Zero;

    public void Barrier()
    {
    }

    public void Broadcast(Span<byte> data, int root) => ArgumentOutOfRangeException.ThrowIfNotEqual(root, 0);

    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> mine) => [mine.ToArray()];

    public long Sum(long value) => value;

    public long Largest(long value) => value;

    public IShardSum<T> ShardSum<T>(int shards, int length)
        where T : unmanaged, IFloatingPointIeee754<T> => new OfOne<T>(new ShardStack<T>(new ShardTree(shards, 1), 0, length));

    public void Abort(string message)
    {
    }

    public void Dispose()
    {
    }

    private sealed class OfOne<T>(ShardStack<T> stack) : IShardSum<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private bool isDisposed;

        public int First => 0;

        public int Owned => stack.Owned;

        public int Length => stack.Length;

        public void Add(ReadOnlySpan<T> shard) => stack.Add(shard);

        public void Begin() => stack.Begin();

        public ReadOnlySpan<T> End()
        {
            stack.End();
            return stack.Values(0);
        }

        public void Dispose()
        {
            if (!isDisposed)
            {
                isDisposed = true;
                stack.Free();
            }
        }
    }
}
