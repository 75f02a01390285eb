using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>Where a tile's sums go.</summary>
/// <param name="data">Of the first row.</param>
/// <param name="offsets">Float offset of each vector.</param>
/// <param name="rowStride">Floats from one row to the next.</param>
/// <param name="bias">What sums begin with, one a row; null for 0.</param>
/// <param name="accumulate">Whether they begin with what the target holds instead.</param>
internal readonly unsafe struct TileTarget(float* data, long* offsets, int rowStride, float* bias, bool accumulate)
{
    public readonly float* Data = data;
    public readonly long* Offsets = offsets;
    public readonly int RowStride = rowStride;
    public readonly float* Bias = bias;
    public readonly bool Accumulate = accumulate;
}

/// <summary>
/// The innermost loop of sparse convolutions, forward and backward to the input: the sums of a tile of lane vectors (anywhere in the map)
/// stay in registers while a row's connections go by, each adding its weight, where spikes are, or its weight times the loaded values.
/// </summary>
/// <remarks>
/// The bound is one addition a cycle; a connection costs besides a load of its column, of the column's offset, and of its weight. On Zen 4
/// with AVX-512, bits run at 1.4 cycles an addition (the JIT makes and + test + masked add where C has test + masked add: 1.1 cycles),
/// floats at 1.3 from L1 and 2 from L2.
/// </remarks>
internal static unsafe class TileSums
{
    /// <summary>Vectors of a full tile.</summary>
    public const int FullVectors = 24;

    /// <summary>Vectors of a small tile.</summary>
    public const int SmallVectors = 8;

    /// <summary>Vectors of the tile of <see cref="Quad"/>.</summary>
    public const int QuadVectors = 4;

    /// <summary>Sums of a full tile for a stretch of rows.</summary>
    /// <param name="source">What the offsets count from.</param>
    /// <param name="places">Byte offset of each vector; of every second one, the word that holds both's bits.</param>
    /// <param name="offsets">Byte offset of each column.</param>
    /// <param name="list">The connections.</param>
    /// <param name="starts">Where each row's connections begin, and one entry further, where they end.</param>
    /// <param name="stride">Entries of <paramref name="starts"/> from one row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="target">Where the sums go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Full<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ConnectionList list, int* starts, int stride, int rows, TileTarget target)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        var to = target.Data;
        var targets = target.Offsets;
        for (var row = 0; row < rows; row++, starts += stride, to += target.RowStride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            TLanes a2, b2;
            TLanes a3, b3;
            TLanes a4, b4;
            TLanes a5, b5;
            TLanes a6, b6;
            TLanes a7, b7;
            TLanes a8, b8;
            TLanes a9, b9;
            TLanes a10, b10;
            TLanes a11, b11;
            if (target.Accumulate)
            {
                a0 = TLanes.Load(to + targets[0]);
                b0 = TLanes.Load(to + targets[1]);
                a1 = TLanes.Load(to + targets[2]);
                b1 = TLanes.Load(to + targets[3]);
                a2 = TLanes.Load(to + targets[4]);
                b2 = TLanes.Load(to + targets[5]);
                a3 = TLanes.Load(to + targets[6]);
                b3 = TLanes.Load(to + targets[7]);
                a4 = TLanes.Load(to + targets[8]);
                b4 = TLanes.Load(to + targets[9]);
                a5 = TLanes.Load(to + targets[10]);
                b5 = TLanes.Load(to + targets[11]);
                a6 = TLanes.Load(to + targets[12]);
                b6 = TLanes.Load(to + targets[13]);
                a7 = TLanes.Load(to + targets[14]);
                b7 = TLanes.Load(to + targets[15]);
                a8 = TLanes.Load(to + targets[16]);
                b8 = TLanes.Load(to + targets[17]);
                a9 = TLanes.Load(to + targets[18]);
                b9 = TLanes.Load(to + targets[19]);
                a10 = TLanes.Load(to + targets[20]);
                b10 = TLanes.Load(to + targets[21]);
                a11 = TLanes.Load(to + targets[22]);
                b11 = TLanes.Load(to + targets[23]);
            }
            else
            {
                var start = TLanes.Broadcast(target.Bias is null ? 0 : target.Bias[row]);
                a0 = b0 = start;
                a1 = b1 = start;
                a2 = b2 = start;
                a3 = b3 = start;
                a4 = b4 = start;
                a5 = b5 = start;
                a6 = b6 = start;
                a7 = b7 = start;
                a8 = b8 = start;
                a9 = b9 = start;
                a10 = b10 = start;
                a11 = b11 = start;
            }

            var end = starts[1];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p, places + 0, w, in bits, ref a0, ref b0);
                TOperand.Add(p, places + 2, w, in bits, ref a1, ref b1);
                TOperand.Add(p, places + 4, w, in bits, ref a2, ref b2);
                TOperand.Add(p, places + 6, w, in bits, ref a3, ref b3);
                TOperand.Add(p, places + 8, w, in bits, ref a4, ref b4);
                TOperand.Add(p, places + 10, w, in bits, ref a5, ref b5);
                TOperand.Add(p, places + 12, w, in bits, ref a6, ref b6);
                TOperand.Add(p, places + 14, w, in bits, ref a7, ref b7);
                TOperand.Add(p, places + 16, w, in bits, ref a8, ref b8);
                TOperand.Add(p, places + 18, w, in bits, ref a9, ref b9);
                TOperand.Add(p, places + 20, w, in bits, ref a10, ref b10);
                TOperand.Add(p, places + 22, w, in bits, ref a11, ref b11);
            }

            a0.Store(to + targets[0]);
            b0.Store(to + targets[1]);
            a1.Store(to + targets[2]);
            b1.Store(to + targets[3]);
            a2.Store(to + targets[4]);
            b2.Store(to + targets[5]);
            a3.Store(to + targets[6]);
            b3.Store(to + targets[7]);
            a4.Store(to + targets[8]);
            b4.Store(to + targets[9]);
            a5.Store(to + targets[10]);
            b5.Store(to + targets[11]);
            a6.Store(to + targets[12]);
            b6.Store(to + targets[13]);
            a7.Store(to + targets[14]);
            b7.Store(to + targets[15]);
            a8.Store(to + targets[16]);
            b8.Store(to + targets[17]);
            a9.Store(to + targets[18]);
            b9.Store(to + targets[19]);
            a10.Store(to + targets[20]);
            b10.Store(to + targets[21]);
            a11.Store(to + targets[22]);
            b11.Store(to + targets[23]);
        }
    }

    /// <summary>The same for a tile of a third of the size: small maps, and what full tiles leave over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Small<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ConnectionList list, int* starts, int stride, int rows, TileTarget target)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        var to = target.Data;
        var targets = target.Offsets;
        for (var row = 0; row < rows; row++, starts += stride, to += target.RowStride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            TLanes a2, b2;
            TLanes a3, b3;
            if (target.Accumulate)
            {
                a0 = TLanes.Load(to + targets[0]);
                b0 = TLanes.Load(to + targets[1]);
                a1 = TLanes.Load(to + targets[2]);
                b1 = TLanes.Load(to + targets[3]);
                a2 = TLanes.Load(to + targets[4]);
                b2 = TLanes.Load(to + targets[5]);
                a3 = TLanes.Load(to + targets[6]);
                b3 = TLanes.Load(to + targets[7]);
            }
            else
            {
                var start = TLanes.Broadcast(target.Bias is null ? 0 : target.Bias[row]);
                a0 = b0 = start;
                a1 = b1 = start;
                a2 = b2 = start;
                a3 = b3 = start;
            }

            var end = starts[1];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p, places + 0, w, in bits, ref a0, ref b0);
                TOperand.Add(p, places + 2, w, in bits, ref a1, ref b1);
                TOperand.Add(p, places + 4, w, in bits, ref a2, ref b2);
                TOperand.Add(p, places + 6, w, in bits, ref a3, ref b3);
            }

            a0.Store(to + targets[0]);
            b0.Store(to + targets[1]);
            a1.Store(to + targets[2]);
            b1.Store(to + targets[3]);
            a2.Store(to + targets[4]);
            b2.Store(to + targets[5]);
            a3.Store(to + targets[6]);
            b3.Store(to + targets[7]);
        }
    }

    /// <summary>The same for two vectors, with sums that do not accumulate: a map of few positions, or a linear layer, of one image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pair<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ConnectionList list, int* starts, int stride, int rows, TileTarget target)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        var to = target.Data;
        var targets = target.Offsets;
        for (var row = 0; row < rows; row++, starts += stride, to += target.RowStride)
        {
            TLanes a, b;
            a = b = TLanes.Broadcast(target.Bias is null ? 0 : target.Bias[row]);
            var end = starts[1];
            for (var j = starts[0]; j < end; j++)
            {
                TOperand.Add(source + offsets[list.Columns[j]], places, TLanes.Broadcast(list.Values[j]), in bits, ref a, ref b);
            }

            a.Store(to + targets[0]);
            b.Store(to + targets[1]);
        }
    }

    /// <summary>The same for four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quad<TLanes, TOperand>(
        byte* source, long* places, int* offsets, ConnectionList list, int* starts, int stride, int rows, TileTarget target)
        where TLanes : struct, ILaneVector<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        var bits = new BitSelectors<TLanes>(TLanes.LowerBits, TLanes.UpperBits);
        var to = target.Data;
        var targets = target.Offsets;
        for (var row = 0; row < rows; row++, starts += stride, to += target.RowStride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            a0 = b0 = a1 = b1 = TLanes.Broadcast(target.Bias is null ? 0 : target.Bias[row]);
            var end = starts[1];
            for (var j = starts[0]; j < end; j++)
            {
                var p = source + offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p, places + 0, w, in bits, ref a0, ref b0);
                TOperand.Add(p, places + 2, w, in bits, ref a1, ref b1);
            }

            a0.Store(to + targets[0]);
            b0.Store(to + targets[1]);
            a1.Store(to + targets[2]);
            b1.Store(to + targets[3]);
        }
    }
}
