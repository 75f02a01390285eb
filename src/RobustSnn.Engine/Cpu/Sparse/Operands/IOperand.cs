using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>The two selectors of a word of bits, held in registers.</summary>
internal readonly struct BitSelectors<TLanes>(TLanes lower, TLanes upper)
    where TLanes : struct, ILaneVector<TLanes>
{
    public readonly TLanes Lower = lower;
    public readonly TLanes Upper = upper;
}

/// <summary>What a layer reads: bits or floats. A pair of neighbouring vectors of a tile at a time.</summary>
internal unsafe interface IOperand<TLanes>
    where TLanes : struct, ILaneVector<TLanes>
{
    /// <summary>Whether the two vectors of a pair lie in one word.</summary>
    static abstract bool IsBits { get; }

    /// <summary>a += weight · (vector 0), b += weight · (vector 1).</summary>
    static abstract void Add(byte* column, long* places, TLanes weight, in BitSelectors<TLanes> bits, ref TLanes a, ref TLanes b);

    /// <summary>sumA += gradientA · (vector 0), sumB += gradientB · (vector 1).</summary>
    static abstract void AddProduct(byte* column, long* places, TLanes gradientA, TLanes gradientB, in BitSelectors<TLanes> bits,
        ref TLanes sumA, ref TLanes sumB);
}

/// <summary>Spikes.</summary>
internal readonly unsafe struct BitOperand<TLanes> : IOperand<TLanes>
    where TLanes : struct, ILaneVector<TLanes>
{
    public static bool IsBits => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(byte* column, long* places, TLanes weight, in BitSelectors<TLanes> bits, ref TLanes a, ref TLanes b)
    {
        var word = TLanes.LoadBits(column + places[0]);
        a = TLanes.AddWhere(word, bits.Lower, weight, a);
        b = TLanes.AddWhere(word, bits.Upper, weight, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(byte* column, long* places, TLanes gradientA, TLanes gradientB, in BitSelectors<TLanes> bits,
        ref TLanes sumA, ref TLanes sumB)
    {
        var word = TLanes.LoadBits(column + places[0]);
        sumA = TLanes.AddWhere(word, bits.Lower, gradientA, sumA);
        sumB = TLanes.AddWhere(word, bits.Upper, gradientB, sumB);
    }
}

/// <summary>Anything else: images, pooled spikes, an ANN's activations, gradients.</summary>
internal readonly unsafe struct FloatOperand<TLanes> : IOperand<TLanes>
    where TLanes : struct, ILaneVector<TLanes>
{
    public static bool IsBits => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(byte* column, long* places, TLanes weight, in BitSelectors<TLanes> bits, ref TLanes a, ref TLanes b)
    {
        a = TLanes.MultiplyAdd(weight, TLanes.Load((float*)(column + places[0])), a);
        b = TLanes.MultiplyAdd(weight, TLanes.Load((float*)(column + places[1])), b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(byte* column, long* places, TLanes gradientA, TLanes gradientB, in BitSelectors<TLanes> bits,
        ref TLanes sumA, ref TLanes sumB)
    {
        sumA = TLanes.MultiplyAdd(gradientA, TLanes.Load((float*)(column + places[0])), sumA);
        sumB = TLanes.MultiplyAdd(gradientB, TLanes.Load((float*)(column + places[1])), sumB);
    }
}
