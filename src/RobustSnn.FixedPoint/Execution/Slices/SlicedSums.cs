using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>How many bits a count has, known when the kernel is compiled.</summary>
internal interface ILevels
{
    static abstract int Count { get; }
}

internal readonly struct FourLevels : ILevels
{
    public static int Count => 4;
}

internal readonly struct SevenLevels : ILevels
{
    public static int Count => 7;
}

internal readonly struct NineLevels : ILevels
{
    public static int Count => 9;
}

internal readonly struct TwelveLevels : ILevels
{
    public static int Count => 12;
}

/// <summary>
/// The sums of 512 lanes at once, bit by bit: a word is one bit of each. Of each digit's place the words that an output adds are counted; the counts' lowest
/// bit is the sum's, and the others, a place further, count on. Full adders are two operations on three words.
/// </summary>
/// <remarks>
/// The bound is a load and two operations a digit, which are 1.1 cycles on Zen 4; additions masked by spikes are 1.5 cycles for 32 lanes, 24 for 512.
/// </remarks>
internal static unsafe class SlicedSums
{
    /// <summary>Most bits that a count may have.</summary>
    public const int MostLevels = 12;

    /// <summary>Bytes of a word: 64 positions, of each eight timesteps.</summary>
    public const int WordBytes = 64;

    private const byte Parity = 0x96;
    private const byte Majority = 0xe8;
    private const byte MajorityOfComplements = 0x71; // of the first, and the complements of the second and third

    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported && Gfni.V512.IsSupported;

    /// <summary>An output's sum over a tile, modulo two to the power of its places, and without its constant.</summary>
    /// <param name="tile">[column][64 bytes].</param>
    /// <param name="columns">Place by place.</param>
    /// <param name="counts">Of each place.</param>
    /// <param name="places">Of the sum.</param>
    /// <param name="planes">Receives the sum's bits, the lowest first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLevels>(byte* tile, ushort* columns, DigitCounts* counts, int places, Vector512<ulong>* planes)
        where TLevels : struct, ILevels
    {
        Vector512<ulong> c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11;
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = c8 = c9 = c10 = c11 = Vector512<ulong>.Zero;
        for (var place = 0; place < places; place++, counts++)
        {
            for (var i = counts->AddedEights; i > 0; i--, columns += 8)
            {
                var twos0 = Add(ref c0, At(tile, columns[0]), At(tile, columns[1]));
                var twos1 = Add(ref c0, At(tile, columns[2]), At(tile, columns[3]));
                var fours0 = Add(ref c1, twos0, twos1);
                var twos2 = Add(ref c0, At(tile, columns[4]), At(tile, columns[5]));
                var twos3 = Add(ref c0, At(tile, columns[6]), At(tile, columns[7]));
                var fours1 = Add(ref c1, twos2, twos3);
                var eights0 = Add(ref c2, fours0, fours1);
                (c3, eights0) = (c3 ^ eights0, c3 & eights0);
                if (TLevels.Count > 4)
                {
                    (c4, eights0) = (c4 ^ eights0, c4 & eights0);
                    (c5, eights0) = (c5 ^ eights0, c5 & eights0);
                    (c6, eights0) = (c6 ^ eights0, c6 & eights0);
                    if (TLevels.Count > 7)
                    {
                        (c7, eights0) = (c7 ^ eights0, c7 & eights0);
                        (c8, eights0) = (c8 ^ eights0, c8 & eights0);
                        if (TLevels.Count > 9)
                        {
                            (c9, eights0) = (c9 ^ eights0, c9 & eights0);
                            (c10, eights0) = (c10 ^ eights0, c10 & eights0);
                            c11 ^= eights0;
                        }
                    }
                }
            }

            for (var i = counts->TakenEights; i > 0; i--, columns += 8)
            {
                var twos0 = Take(ref c0, At(tile, columns[0]), At(tile, columns[1]));
                var twos1 = Take(ref c0, At(tile, columns[2]), At(tile, columns[3]));
                var fours0 = Add(ref c1, twos0, twos1);
                var twos2 = Take(ref c0, At(tile, columns[4]), At(tile, columns[5]));
                var twos3 = Take(ref c0, At(tile, columns[6]), At(tile, columns[7]));
                var fours1 = Add(ref c1, twos2, twos3);
                var eights0 = Add(ref c2, fours0, fours1);
                (c3, eights0) = (c3 ^ eights0, c3 & eights0);
                if (TLevels.Count > 4)
                {
                    (c4, eights0) = (c4 ^ eights0, c4 & eights0);
                    (c5, eights0) = (c5 ^ eights0, c5 & eights0);
                    (c6, eights0) = (c6 ^ eights0, c6 & eights0);
                    if (TLevels.Count > 7)
                    {
                        (c7, eights0) = (c7 ^ eights0, c7 & eights0);
                        (c8, eights0) = (c8 ^ eights0, c8 & eights0);
                        if (TLevels.Count > 9)
                        {
                            (c9, eights0) = (c9 ^ eights0, c9 & eights0);
                            (c10, eights0) = (c10 ^ eights0, c10 & eights0);
                            c11 ^= eights0;
                        }
                    }
                }
            }

            if (counts->Rest == DigitRest.Mixed)
            {
                var twos0 = Add(ref c0, At(tile, columns[0]), At(tile, columns[1]));
                var twos1 = Add(ref c0, At(tile, columns[2]), At(tile, columns[3]));
                var fours0 = Add(ref c1, twos0, twos1);
                var twos2 = Take(ref c0, At(tile, columns[4]), At(tile, columns[5]));
                var twos3 = Take(ref c0, At(tile, columns[6]), At(tile, columns[7]));
                var fours1 = Add(ref c1, twos2, twos3);
                var eights0 = Add(ref c2, fours0, fours1);
                (c3, eights0) = (c3 ^ eights0, c3 & eights0);
                if (TLevels.Count > 4)
                {
                    (c4, eights0) = (c4 ^ eights0, c4 & eights0);
                    (c5, eights0) = (c5 ^ eights0, c5 & eights0);
                    (c6, eights0) = (c6 ^ eights0, c6 & eights0);
                    if (TLevels.Count > 7)
                    {
                        (c7, eights0) = (c7 ^ eights0, c7 & eights0);
                        (c8, eights0) = (c8 ^ eights0, c8 & eights0);
                        if (TLevels.Count > 9)
                        {
                            (c9, eights0) = (c9 ^ eights0, c9 & eights0);
                            (c10, eights0) = (c10 ^ eights0, c10 & eights0);
                            c11 ^= eights0;
                        }
                    }
                }

                columns += 8;
            }
            else if (counts->Rest == DigitRest.Added)
            {
                var twos0 = Add(ref c0, At(tile, columns[0]), At(tile, columns[1]));
                var twos1 = Add(ref c0, At(tile, columns[2]), At(tile, columns[3]));
                var fours0 = Add(ref c1, twos0, twos1);
                (c2, fours0) = (c2 ^ fours0, c2 & fours0);
                (c3, fours0) = (c3 ^ fours0, c3 & fours0);
                if (TLevels.Count > 4)
                {
                    (c4, fours0) = (c4 ^ fours0, c4 & fours0);
                    (c5, fours0) = (c5 ^ fours0, c5 & fours0);
                    (c6, fours0) = (c6 ^ fours0, c6 & fours0);
                    if (TLevels.Count > 7)
                    {
                        (c7, fours0) = (c7 ^ fours0, c7 & fours0);
                        (c8, fours0) = (c8 ^ fours0, c8 & fours0);
                        if (TLevels.Count > 9)
                        {
                            (c9, fours0) = (c9 ^ fours0, c9 & fours0);
                            (c10, fours0) = (c10 ^ fours0, c10 & fours0);
                            c11 ^= fours0;
                        }
                    }
                }

                columns += 4;
            }
            else if (counts->Rest == DigitRest.Taken)
            {
                var twos0 = Take(ref c0, At(tile, columns[0]), At(tile, columns[1]));
                var twos1 = Take(ref c0, At(tile, columns[2]), At(tile, columns[3]));
                var fours0 = Add(ref c1, twos0, twos1);
                (c2, fours0) = (c2 ^ fours0, c2 & fours0);
                (c3, fours0) = (c3 ^ fours0, c3 & fours0);
                if (TLevels.Count > 4)
                {
                    (c4, fours0) = (c4 ^ fours0, c4 & fours0);
                    (c5, fours0) = (c5 ^ fours0, c5 & fours0);
                    (c6, fours0) = (c6 ^ fours0, c6 & fours0);
                    if (TLevels.Count > 7)
                    {
                        (c7, fours0) = (c7 ^ fours0, c7 & fours0);
                        (c8, fours0) = (c8 ^ fours0, c8 & fours0);
                        if (TLevels.Count > 9)
                        {
                            (c9, fours0) = (c9 ^ fours0, c9 & fours0);
                            (c10, fours0) = (c10 ^ fours0, c10 & fours0);
                            c11 ^= fours0;
                        }
                    }
                }

                columns += 4;
            }

            planes[place] = c0;
            c0 = c1;
            c1 = c2;
            c2 = c3;
            c3 = c4;
            c4 = c5;
            c5 = c6;
            c6 = c7;
            c7 = c8;
            c8 = c9;
            c9 = c10;
            c10 = c11;
            c11 = Vector512<ulong>.Zero;
        }
    }

    /// <summary>A full adder: the sum of three bits stays in one of them, and what is carried is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(ref Vector512<ulong> sum, Vector512<ulong> x, Vector512<ulong> y)
    {
        var carried = Avx512F.TernaryLogic(sum, x, y, Majority);
        sum = Avx512F.TernaryLogic(sum, x, y, Parity);
        return carried;
    }

    /// <summary>The same of the complements of two words, which change nothing in the parity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Take(ref Vector512<ulong> sum, Vector512<ulong> x, Vector512<ulong> y)
    {
        var carried = Avx512F.TernaryLogic(sum, x, y, MajorityOfComplements);
        sum = Avx512F.TernaryLogic(sum, x, y, Parity);
        return carried;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> At(byte* tile, ushort column) => Vector512.Load((ulong*)(tile + column * WordBytes));
}
