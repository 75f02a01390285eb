using System.Numerics;
using System.Runtime.InteropServices;

namespace RobustSnn.Ranks.Worker;

/// <summary>Vectors whose sum depends on the order in which they are added up, and the sum in the order that is promised.</summary>
public static class Vectors
{
    /// <summary>The same wherever it is drawn: of magnitudes from 2^-20 to 2^20.</summary>
    public static T[] Of<T>(int shard, int length, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(HashCode(shard, length, seed));
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateTruncating((random.NextDouble() - 0.5) * double.Exp2(random.Next(-20, 21))))];
    }

    /// <summary>Number by number, by the definition: what has more than one shard is the sum of its first 2^k shards and of the rest, k as large as leaves a rest.</summary>
    public static T[] Sum<T>(T[][] shards)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shards.Length == 1)
        {
            return shards[0];
        }

        var left = 1;
        while (2 * left < shards.Length)
        {
            left *= 2;
        }

        var (first, second) = (Sum(shards[..left]), Sum(shards[left..]));
        return [.. first.Zip(second, (one, other) => one + other)];
    }

    /// <summary>The sum of drawn vectors by an <see cref="IRanks"/>.</summary>
    public static T[] SumBy<T>(IRanks ranks, int shards, int length, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var sum = ranks.ShardSum<T>(shards, length);
        Give(sum, seed);
        sum.Begin();
        return sum.End().ToArray();
    }

    public static void Give<T>(IShardSum<T> sum, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var shard = sum.First; shard < sum.First + sum.Owned; shard++)
        {
            sum.Add(Of<T>(shard, sum.Length, seed));
        }
    }

    public static byte[] Bits<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    // Not .NET's, which is another in each process.
    private static int HashCode(int shard, int length, int seed) => unchecked((shard * 31 + length) * 31 + seed);
}
