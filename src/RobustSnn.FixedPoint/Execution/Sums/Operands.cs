using System.Runtime.CompilerServices;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>What a layer reads: a word of it at a time, which is two vectors.</summary>
internal unsafe interface IOperand<TLanes>
    where TLanes : struct, IShortLanes<TLanes>
{
    /// <summary>Bytes of a word.</summary>
    static abstract int WordBytes { get; }

    /// <summary>a += weight · (even columns), b += weight · (odd columns).</summary>
    static abstract void Add(byte* word, TLanes weight, TLanes even, TLanes odd, ref TLanes a, ref TLanes b);
}

/// <summary>Spikes.</summary>
internal readonly unsafe struct SpikeWords<TLanes> : IOperand<TLanes>
    where TLanes : struct, IShortLanes<TLanes>
{
    public static int WordBytes => TLanes.Count / 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(byte* word, TLanes weight, TLanes even, TLanes odd, ref TLanes a, ref TLanes b)
    {
        var spikes = TLanes.LoadWord(word);
        a = TLanes.AddWhere(spikes, even, weight, a);
        b = TLanes.AddWhere(spikes, odd, weight, b);
    }
}

/// <summary>Counts, laid out lane by lane.</summary>
internal readonly unsafe struct CountWords<TLanes> : IOperand<TLanes>
    where TLanes : struct, IShortLanes<TLanes>
{
    public static int WordBytes => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(byte* word, TLanes weight, TLanes even, TLanes odd, ref TLanes a, ref TLanes b)
    {
        a = TLanes.MultiplyAdd(weight, TLanes.LoadBytes(word), a);
        b = TLanes.MultiplyAdd(weight, TLanes.LoadBytes(word + TLanes.Count), b);
    }
}
