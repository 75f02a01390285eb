using System.Runtime.CompilerServices;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>
/// The innermost loop: the sums of a tile's words stay in registers while a row's connections go by, each adding its weight where there are spikes, or its
/// weight times the counts. A word is two vectors.
/// </summary>
/// <remarks>
/// The bound is the test into a mask register, 1.5 cycles for 32 lanes on Zen 4: the JIT's and + test + masked add takes no longer than C's test + masked add.
/// </remarks>
internal static unsafe class ShortSums
{
    /// <summary>Sums of a tile.</summary>
    /// <param name="source">What places and the list's offsets count from.</param>
    /// <param name="places">Byte offset of each word.</param>
    /// <param name="words">How many.</param>
    /// <param name="list">The connections.</param>
    /// <param name="first">The first sum.</param>
    /// <param name="count">Of sums.</param>
    /// <param name="sums">Receives [sum][vector][lane].</param>
    /// <param name="stride">Numbers from a sum's vectors to the next's.</param>
    public static void Run<TLanes, TOperand>(byte* source, long* places, int words, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        for (var word = 0; word < words;)
        {
            var left = words - word;
            var to = sums + 2 * word * TLanes.Count;
            if (left >= 12 && TLanes.MostWords >= 12)
            {
                Twelve<TLanes, TOperand>(source, places + word, list, first, count, to, stride);
                word += 12;
            }
            else if (left >= 8 && TLanes.MostWords >= 8)
            {
                Eight<TLanes, TOperand>(source, places + word, list, first, count, to, stride);
                word += 8;
            }
            else if (left >= 4)
            {
                Four<TLanes, TOperand>(source, places + word, list, first, count, to, stride);
                word += 4;
            }
            else if (left >= 2)
            {
                Two<TLanes, TOperand>(source, places + word, list, first, count, to, stride);
                word += 2;
            }
            else
            {
                One<TLanes, TOperand>(source, places + word, list, first, count, to, stride);
                word += 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Twelve<TLanes, TOperand>(byte* source, long* places, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        TLanes even = TLanes.EvenColumns, odd = TLanes.OddColumns;
        for (var sum = first; sum < first + count; sum++, sums += stride)
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
            a0 = b0 = a1 = b1 = a2 = b2 = a3 = b3 = a4 = b4 = a5 = b5 = a6 = b6 = a7 = b7 = a8 = b8 = a9 = b9 = a10 = b10 = a11 = b11 = TLanes.Broadcast(list.Begins[sum]);
            var end = list.Starts[sum + 1];
            for (var j = list.Starts[sum]; j < end; j++)
            {
                var p = source + list.Offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p + places[0], w, even, odd, ref a0, ref b0);
                TOperand.Add(p + places[1], w, even, odd, ref a1, ref b1);
                TOperand.Add(p + places[2], w, even, odd, ref a2, ref b2);
                TOperand.Add(p + places[3], w, even, odd, ref a3, ref b3);
                TOperand.Add(p + places[4], w, even, odd, ref a4, ref b4);
                TOperand.Add(p + places[5], w, even, odd, ref a5, ref b5);
                TOperand.Add(p + places[6], w, even, odd, ref a6, ref b6);
                TOperand.Add(p + places[7], w, even, odd, ref a7, ref b7);
                TOperand.Add(p + places[8], w, even, odd, ref a8, ref b8);
                TOperand.Add(p + places[9], w, even, odd, ref a9, ref b9);
                TOperand.Add(p + places[10], w, even, odd, ref a10, ref b10);
                TOperand.Add(p + places[11], w, even, odd, ref a11, ref b11);
            }

            a0.Store(sums);
            b0.Store(sums + TLanes.Count);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<TLanes, TOperand>(byte* source, long* places, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        TLanes even = TLanes.EvenColumns, odd = TLanes.OddColumns;
        for (var sum = first; sum < first + count; sum++, sums += stride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            TLanes a2, b2;
            TLanes a3, b3;
            TLanes a4, b4;
            TLanes a5, b5;
            TLanes a6, b6;
            TLanes a7, b7;
            a0 = b0 = a1 = b1 = a2 = b2 = a3 = b3 = a4 = b4 = a5 = b5 = a6 = b6 = a7 = b7 = TLanes.Broadcast(list.Begins[sum]);
            var end = list.Starts[sum + 1];
            for (var j = list.Starts[sum]; j < end; j++)
            {
                var p = source + list.Offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p + places[0], w, even, odd, ref a0, ref b0);
                TOperand.Add(p + places[1], w, even, odd, ref a1, ref b1);
                TOperand.Add(p + places[2], w, even, odd, ref a2, ref b2);
                TOperand.Add(p + places[3], w, even, odd, ref a3, ref b3);
                TOperand.Add(p + places[4], w, even, odd, ref a4, ref b4);
                TOperand.Add(p + places[5], w, even, odd, ref a5, ref b5);
                TOperand.Add(p + places[6], w, even, odd, ref a6, ref b6);
                TOperand.Add(p + places[7], w, even, odd, ref a7, ref b7);
            }

            a0.Store(sums);
            b0.Store(sums + TLanes.Count);
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
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TLanes, TOperand>(byte* source, long* places, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        TLanes even = TLanes.EvenColumns, odd = TLanes.OddColumns;
        for (var sum = first; sum < first + count; sum++, sums += stride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            TLanes a2, b2;
            TLanes a3, b3;
            a0 = b0 = a1 = b1 = a2 = b2 = a3 = b3 = TLanes.Broadcast(list.Begins[sum]);
            var end = list.Starts[sum + 1];
            for (var j = list.Starts[sum]; j < end; j++)
            {
                var p = source + list.Offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p + places[0], w, even, odd, ref a0, ref b0);
                TOperand.Add(p + places[1], w, even, odd, ref a1, ref b1);
                TOperand.Add(p + places[2], w, even, odd, ref a2, ref b2);
                TOperand.Add(p + places[3], w, even, odd, ref a3, ref b3);
            }

            a0.Store(sums);
            b0.Store(sums + TLanes.Count);
            a1.Store(sums + 2 * TLanes.Count);
            b1.Store(sums + 3 * TLanes.Count);
            a2.Store(sums + 4 * TLanes.Count);
            b2.Store(sums + 5 * TLanes.Count);
            a3.Store(sums + 6 * TLanes.Count);
            b3.Store(sums + 7 * TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<TLanes, TOperand>(byte* source, long* places, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        TLanes even = TLanes.EvenColumns, odd = TLanes.OddColumns;
        for (var sum = first; sum < first + count; sum++, sums += stride)
        {
            TLanes a0, b0;
            TLanes a1, b1;
            a0 = b0 = a1 = b1 = TLanes.Broadcast(list.Begins[sum]);
            var end = list.Starts[sum + 1];
            for (var j = list.Starts[sum]; j < end; j++)
            {
                var p = source + list.Offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p + places[0], w, even, odd, ref a0, ref b0);
                TOperand.Add(p + places[1], w, even, odd, ref a1, ref b1);
            }

            a0.Store(sums);
            b0.Store(sums + TLanes.Count);
            a1.Store(sums + 2 * TLanes.Count);
            b1.Store(sums + 3 * TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TLanes, TOperand>(byte* source, long* places, SumList list, int first, int count, short* sums, int stride)
        where TLanes : struct, IShortLanes<TLanes>
        where TOperand : struct, IOperand<TLanes>
    {
        TLanes even = TLanes.EvenColumns, odd = TLanes.OddColumns;
        for (var sum = first; sum < first + count; sum++, sums += stride)
        {
            TLanes a0, b0;
            a0 = b0 = TLanes.Broadcast(list.Begins[sum]);
            var end = list.Starts[sum + 1];
            for (var j = list.Starts[sum]; j < end; j++)
            {
                var p = source + list.Offsets[list.Columns[j]];
                var w = TLanes.Broadcast(list.Values[j]);
                TOperand.Add(p + places[0], w, even, odd, ref a0, ref b0);
            }

            a0.Store(sums);
            b0.Store(sums + TLanes.Count);
        }
    }
}
