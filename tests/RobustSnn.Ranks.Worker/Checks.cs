namespace RobustSnn.Ranks.Worker;

/// <summary>What ranks have to be able to do, whatever carries their messages: each check is made by all ranks at once and throws where something is wrong.</summary>
public static class Checks
{
    public static IReadOnlyDictionary<string, Action<IRanks>> All { get; } = new Dictionary<string, Action<IRanks>>
    {
        ["barrier"] = ranks => ranks.Barrier(),
        ["sum-and-largest"] = SumAndLargest,
        ["sum-that-overflows"] = SumThatOverflows,
        ["broadcast"] = ranks => Broadcast(ranks, 1000),
        ["broadcast-of-nothing"] = ranks => Broadcast(ranks, 0),
        ["broadcast-of-megabytes"] = ranks => Broadcast(ranks, 3_000_001),
        ["gather"] = ranks => Gather(ranks, rank => 10 * rank),
        ["gather-of-nothing"] = ranks => Gather(ranks, _ => 0),
        ["gather-of-megabytes"] = ranks => Gather(ranks, rank => rank % 2 == 0 ? 2_000_003 : 1),
        ["float-sums"] = FloatSums,
        ["double-sums"] = DoubleSums,
        ["sums-under-way"] = SumsUnderWay,
        ["sum-again-and-again"] = SumAgainAndAgain,
        ["nothing-allocated"] = NothingAllocated,
        ["faults-stay-exceptions"] = FaultsStayExceptions,
    };

    public static IEnumerable<string> Names => All.Keys;

    private static void SumAndLargest(IRanks ranks)
    {
        Expect(ranks.Sum(ranks.Rank + 1), (long)ranks.Count * (ranks.Count + 1) / 2);
        Expect(ranks.Largest(-ranks.Rank - 5), -5L);
        Expect(ranks.Largest(ranks.Rank == ranks.Count - 1 ? long.MaxValue : long.MinValue), long.MaxValue);
    }

    private static void SumThatOverflows(IRanks ranks)
    {
        if (ranks.Count > 1)
        {
            try
            {
                throw new InvalidOperationException($"a sum that does not fit is {ranks.Sum(long.MaxValue)}");
            }
            catch (OverflowException)
            {
                ranks.Barrier(); // and the ranks go on
            }
        }
    }

    private static void Broadcast(IRanks ranks, int length)
    {
        for (var root = 0; root < ranks.Count; root++)
        {
            var data = Bytes(ranks.Rank, length);
            ranks.Broadcast(data, root);
            ExpectSame(data, Bytes(root, length), $"from rank {root}");
        }
    }

    private static void Gather(IRanks ranks, Func<int, int> length)
    {
        var all = ranks.Gather(Bytes(ranks.Rank, length(ranks.Rank)));
        Expect(all.Count, ranks.Count);
        for (var rank = 0; rank < ranks.Count; rank++)
        {
            ExpectSame(all[rank], Bytes(rank, length(rank)), $"of rank {rank}");
        }
    }

    private static void FloatSums(IRanks ranks)
    {
        foreach (var (shards, length) in new[] { (4, 0), (4, 1), (4, 7), (5, 1001), (6, 4096), (4, 4097), (7, 5003), (9, 10_003) })
        {
            var expected = Vectors.Sum([.. Enumerable.Range(0, shards).Select(shard => Vectors.Of<float>(shard, length))]);
            ExpectSame(Vectors.Bits(Vectors.SumBy<float>(ranks, shards, length)), Vectors.Bits(expected), $"the sum over {shards} shards of {length}");
        }
    }

    private static void DoubleSums(IRanks ranks)
    {
        foreach (var (shards, length) in new[] { (4, 64), (5, 2048), (6, 2049), (9, 20_001) })
        {
            var expected = Vectors.Sum([.. Enumerable.Range(0, shards).Select(shard => Vectors.Of<double>(shard, length))]);
            ExpectSame(Vectors.Bits(Vectors.SumBy<double>(ranks, shards, length)), Vectors.Bits(expected), $"the sum over {shards} shards of {length}");
        }
    }

    /// <summary>Several sums begun before the first is waited for, of sizes that go different ways, with a call of another kind behind them.</summary>
    private static void SumsUnderWay(IRanks ranks)
    {
        int[] lengths = [50_000, 3, 20_000, 4097];
        var sums = lengths.Select(length => ranks.ShardSum<float>(4, length)).ToArray();
        foreach (var sum in sums)
        {
            Vectors.Give(sum);
            sum.Begin();
        }

        Expect(ranks.Sum(1), (long)ranks.Count);
        foreach (var sum in sums)
        {
            var expected = Vectors.Sum([.. Enumerable.Range(0, 4).Select(shard => Vectors.Of<float>(shard, sum.Length))]);
            ExpectSame(Vectors.Bits(sum.End().ToArray()), Vectors.Bits(expected), $"the sum of {sum.Length}");
            sum.Dispose();
        }
    }

    private static void SumAgainAndAgain(IRanks ranks)
    {
        using var sum = ranks.ShardSum<float>(6, 6000);
        for (var seed = 1; seed <= 20; seed++)
        {
            Vectors.Give(sum, seed);
            sum.Begin();
            var expected = Vectors.Sum([.. Enumerable.Range(0, 6).Select(shard => Vectors.Of<float>(shard, 6000, seed))]);
            ExpectSame(Vectors.Bits(sum.End().ToArray()), Vectors.Bits(expected), $"sum {seed}");
        }
    }

    /// <summary>Neither by the caller nor by the thread that talks: the whole process is looked at, so ranks that are threads allocate nothing either.</summary>
    private static void NothingAllocated(IRanks ranks)
    {
        const int Rounds = 50;
        const int Few = 8192; // what the runtime allocates by itself now and then; an object a round would be more
        var (large, small) = (new float[10_000], new double[100]);
        using var largeSum = ranks.ShardSum<float>(ranks.Count, large.Length);
        using var smallSum = ranks.ShardSum<double>(ranks.Count, small.Length);
        var before = 0L;
        for (var round = 0; round < 3 * Rounds; round++)
        {
            if (round == 2 * Rounds)
            {
                ranks.Barrier();
                before = GC.GetTotalAllocatedBytes(precise: true);
            }

            largeSum.Add(large);
            largeSum.Begin();
            smallSum.Add(small);
            smallSum.Begin();
            ranks.Sum(round);
            ranks.Barrier();
            largeSum.End();
            smallSum.End();
        }

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        ranks.Barrier();
        if (allocated > Few)
        {
            throw new InvalidOperationException($"{Rounds} rounds allocate {allocated} bytes");
        }
    }

    /// <summary>Libraries that take over signals would end the process here.</summary>
    private static void FaultsStayExceptions(IRanks ranks)
    {
        string? nothing = ranks.Rank < 0 ? "" : null;
        try
        {
            Expect(nothing!.Length, -1);
        }
        catch (NullReferenceException)
        {
            return;
        }

        throw new InvalidOperationException("a null reference went unnoticed");
    }

    private static byte[] Bytes(int rank, int length)
    {
        var bytes = new byte[length];
        new Random(rank).NextBytes(bytes);
        return bytes;
    }

    private static void Expect<T>(T found, T expected)
    {
        if (!Equals(found, expected))
        {
            throw new InvalidOperationException($"expected {expected}, found {found}");
        }
    }

    private static void ExpectSame(byte[] found, byte[] expected, string what)
    {
        if (!found.AsSpan().SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{what}: {found.Length} bytes that are not the {expected.Length} expected ones");
        }
    }
}
