using System.Runtime.CompilerServices;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// The innermost loop of sparse convolutions, forward and backward to the input: the sums of a tile of lane vectors (anywhere in the map)
/// stay in registers while a row's connections go by, each adding its weight, where spikes are, or its weight times the loaded values.
/// </summary>
/// <remarks>
/// The bound is one addition a cycle; a connection costs besides a load of its column, of the column's offset, and of its weight. On Zen 4
/// with AVX-512, bits run at 1.4 cycles an addition (the JIT makes and + test + masked add where C has test + masked add: 1.1 cycles),
/// floats at 1.3 from L1 and 1.5 from L2.
/// </remarks>
internal static unsafe class TileSums
{
    /// <summary>Vectors of a full tile.</summary>
    public const int FullVectors = 24;

    /// <summary>Vectors of a small tile.</summary>
    public const int SmallVectors = 8;

    /// <summary>Sums of a full tile for a run of rows.</summary>
    /// <param name="source">What the offsets count from.</param>
    /// <param name="slots">Byte offset of each vector; of every second one, the word that holds both's bits.</param>
    /// <param name="offsets">Byte offset of each column.</param>
    /// <param name="list">The connections.</param>
    /// <param name="starts">Where each row's run begins, and <paramref name="length"/> entries further, where it ends.</param>
    /// <param name="stride">Entries of <paramref name="starts"/> from one row to the next.</param>
    /// <param name="length">See <paramref name="starts"/>.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="sums">[row][vector of the tile]: overwritten.</param>
    /// <param name="sumStride">Floats from one row's sums to the next's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full<TLanes, TOperand>(
        byte* source, long* slots, int* offsets, ConnectionList list, int* starts, int stride, int length, int rows, float* sums,
        int sumStride)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, sums += sumStride)
        {
            TLanes a0 = TLanes.Zero, b0 = TLanes.Zero;
            TLanes a1 = TLanes.Zero, b1 = TLanes.Zero;
            TLanes a2 = TLanes.Zero, b2 = TLanes.Zero;
            TLanes a3 = TLanes.Zero, b3 = TLanes.Zero;
            TLanes a4 = TLanes.Zero, b4 = TLanes.Zero;
            TLanes a5 = TLanes.Zero, b5 = TLanes.Zero;
            TLanes a6 = TLanes.Zero, b6 = TLanes.Zero;
            TLanes a7 = TLanes.Zero, b7 = TLanes.Zero;
            TLanes a8 = TLanes.Zero, b8 = TLanes.Zero;
            TLanes a9 = TLanes.Zero, b9 = TLanes.Zero;
            TLanes a10 = TLanes.Zero, b10 = TLanes.Zero;
            TLanes a11 = TLanes.Zero, b11 = TLanes.Zero;
            var end = starts[length];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p, slots + 0, w, in bits, ref a0, ref b0);
                TOperand.Add(p, slots + 2, w, in bits, ref a1, ref b1);
                TOperand.Add(p, slots + 4, w, in bits, ref a2, ref b2);
                TOperand.Add(p, slots + 6, w, in bits, ref a3, ref b3);
                TOperand.Add(p, slots + 8, w, in bits, ref a4, ref b4);
                TOperand.Add(p, slots + 10, w, in bits, ref a5, ref b5);
                TOperand.Add(p, slots + 12, w, in bits, ref a6, ref b6);
                TOperand.Add(p, slots + 14, w, in bits, ref a7, ref b7);
                TOperand.Add(p, slots + 16, w, in bits, ref a8, ref b8);
                TOperand.Add(p, slots + 18, w, in bits, ref a9, ref b9);
                TOperand.Add(p, slots + 20, w, in bits, ref a10, ref b10);
                TOperand.Add(p, slots + 22, w, in bits, ref a11, ref b11);
            }

            a0.Store(sums + 0 * TLanes.Count);
            b0.Store(sums + 1 * TLanes.Count);
            a1.Store(sums + 2 * TLanes.Count);
            b1.Store(sums + 3 * TLanes.Count);
            a2.Store(sums + 4 * TLanes.Count);
            b2.Store(sums + 5 * TLanes.Count);
            a3.Store(sums + 6 * TLanes.Count);
            b3.Store(sums + 7 * TLanes.Count);
            a4.Store(sums + 8 * TLanes.Count);
            b4.Store(sums + 9 * TLanes.Count);
            a5.Store(sums + 10 * TLanes.Count);
            b5.Store(sums + 11 * TLanes.Count);
            a6.Store(sums + 12 * TLanes.Count);
            b6.Store(sums + 13 * TLanes.Count);
            a7.Store(sums + 14 * TLanes.Count);
            b7.Store(sums + 15 * TLanes.Count);
            a8.Store(sums + 16 * TLanes.Count);
            b8.Store(sums + 17 * TLanes.Count);
            a9.Store(sums + 18 * TLanes.Count);
            b9.Store(sums + 19 * TLanes.Count);
            a10.Store(sums + 20 * TLanes.Count);
            b10.Store(sums + 21 * TLanes.Count);
            a11.Store(sums + 22 * TLanes.Count);
            b11.Store(sums + 23 * TLanes.Count);
        }
    }

    /// <summary>The same for a tile of a third of the size: small maps, and what full tiles leave over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Small<TLanes, TOperand>(
        byte* source, long* slots, int* offsets, ConnectionList list, int* starts, int stride, int length, int rows, float* sums,
        int sumStride)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        for (var row = 0; row < rows; row++, starts += stride, sums += sumStride)
        {
            TLanes a0 = TLanes.Zero, b0 = TLanes.Zero;
            TLanes a1 = TLanes.Zero, b1 = TLanes.Zero;
            TLanes a2 = TLanes.Zero, b2 = TLanes.Zero;
            TLanes a3 = TLanes.Zero, b3 = TLanes.Zero;
            var end = starts[length];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p, slots + 0, w, in bits, ref a0, ref b0);
                TOperand.Add(p, slots + 2, w, in bits, ref a1, ref b1);
                TOperand.Add(p, slots + 4, w, in bits, ref a2, ref b2);
                TOperand.Add(p, slots + 6, w, in bits, ref a3, ref b3);
            }

            a0.Store(sums + 0 * TLanes.Count);
            b0.Store(sums + 1 * TLanes.Count);
            a1.Store(sums + 2 * TLanes.Count);
            b1.Store(sums + 3 * TLanes.Count);
            a2.Store(sums + 4 * TLanes.Count);
            b2.Store(sums + 5 * TLanes.Count);
            a3.Store(sums + 6 * TLanes.Count);
            b3.Store(sums + 7 * TLanes.Count);
        }
    }
}
