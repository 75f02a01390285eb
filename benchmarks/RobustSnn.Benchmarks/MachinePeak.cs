using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobustSnn.Benchmarks;

/// <summary>What the machine can do at most, measured where kernels are measured, on all its cores at once.</summary>
/// <param name="MultiplyAdds">Multiply-adds of floats a second, all operands in registers.</param>
/// <param name="Bytes">Bytes read and written a second, of arrays that no cache holds.</param>
internal sealed record MachinePeak(double MultiplyAdds, double Bytes)
{
    private const int Chains = 12; // independent sums, so that none waits for another
    private const int Rounds = 4_000_000;
    private const int ArrayBytes = 128 << 20;
    private const int Repeats = 5;

    /// <summary>The most that has been measured: a machine that shares its cores with others has better and worse moments.</summary>
    public static MachinePeak Highest { get; private set; } = new(0, 0);

    public static MachinePeak Measure()
    {
        var now = new MachinePeak(Best(Compute) * Chains * Vector512<float>.Count * Rounds, Best(Copy()) * 2 * ArrayBytes);
        Highest = new(Math.Max(Highest.MultiplyAdds, now.MultiplyAdds), Math.Max(Highest.Bytes, now.Bytes));
        return now;
    }

    /// <summary>Times a second that all cores together do something, in the best of some tries.</summary>
    private static double Best(Action<int> work)
    {
        var best = double.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(core => new Thread(() => work(core))).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Environment.ProcessorCount / best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute(int core)
    {
        var factor = Vector512.Create(0.9f);
        Vector512<float> a = factor, b = factor, c = factor, d = factor, e = factor, f = factor, g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
        for (var round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, factor);
            b = Vector512.FusedMultiplyAdd(b, factor, factor);
            c = Vector512.FusedMultiplyAdd(c, factor, factor);
            d = Vector512.FusedMultiplyAdd(d, factor, factor);
            e = Vector512.FusedMultiplyAdd(e, factor, factor);
            f = Vector512.FusedMultiplyAdd(f, factor, factor);
            g = Vector512.FusedMultiplyAdd(g, factor, factor);
            h = Vector512.FusedMultiplyAdd(h, factor, factor);
            i = Vector512.FusedMultiplyAdd(i, factor, factor);
            j = Vector512.FusedMultiplyAdd(j, factor, factor);
            k = Vector512.FusedMultiplyAdd(k, factor, factor);
            l = Vector512.FusedMultiplyAdd(l, factor, factor);
        }

        GC.KeepAlive(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    private static Action<int> Copy()
    {
        var arrays = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new byte[ArrayBytes]).ToArray();
        return core => arrays[2 * core].CopyTo(arrays[2 * core + 1].AsSpan());
    }
}
