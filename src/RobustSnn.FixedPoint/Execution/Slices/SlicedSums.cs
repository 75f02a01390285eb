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

internal readonly struct TenLevels : ILevels
{
    public static int Count => 10;
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
    public const int MostLevels = 10;

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
        Vector512<ulong> c0, c1, c2, c3, c4, c5, c6, c7, c8, c9;
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = c8 = c9 = Vector512<ulong>.Zero;
        for (var place = 0; place < places; place++, counts++)
        {
            for (var i = counts->AddedEights; i > 0; i--, columns += 8)
            {
                Vector512<ulong> x0 = At(tile, columns[0]), x1 = At(tile, columns[1]);
                var twos0 = Avx512F.TernaryLogic(c0, x0, x1, Majority);
                c0 = Avx512F.TernaryLogic(c0, x0, x1, Parity);
                Vector512<ulong> x2 = At(tile, columns[2]), x3 = At(tile, columns[3]);
                var twos1 = Avx512F.TernaryLogic(c0, x2, x3, Majority);
                c0 = Avx512F.TernaryLogic(c0, x2, x3, Parity);
                var fours0 = Avx512F.TernaryLogic(c1, twos0, twos1, Majority);
                c1 = Avx512F.TernaryLogic(c1, twos0, twos1, Parity);
                Vector512<ulong> x4 = At(tile, columns[4]), x5 = At(tile, columns[5]);
                var twos2 = Avx512F.TernaryLogic(c0, x4, x5, Majority);
                c0 = Avx512F.TernaryLogic(c0, x4, x5, Parity);
                Vector512<ulong> x6 = At(tile, columns[6]), x7 = At(tile, columns[7]);
                var twos3 = Avx512F.TernaryLogic(c0, x6, x7, Majority);
                c0 = Avx512F.TernaryLogic(c0, x6, x7, Parity);
                var fours1 = Avx512F.TernaryLogic(c1, twos2, twos3, Majority);
                c1 = Avx512F.TernaryLogic(c1, twos2, twos3, Parity);
                var eights = Avx512F.TernaryLogic(c2, fours0, fours1, Majority);
                c2 = Avx512F.TernaryLogic(c2, fours0, fours1, Parity);
                (c3, eights) = (c3 ^ eights, c3 & eights);
                if (TLevels.Count > 4)
                {
                    (c4, eights) = (c4 ^ eights, c4 & eights);
                    (c5, eights) = (c5 ^ eights, c5 & eights);
                    (c6, eights) = (c6 ^ eights, c6 & eights);
                    if (TLevels.Count > 7)
                    {
                        (c7, eights) = (c7 ^ eights, c7 & eights);
                        (c8, eights) = (c8 ^ eights, c8 & eights);
                        c9 ^= eights;
                    }
                }
            }

            for (var i = counts->AddedPairs; i > 0; i--, columns += 2)
            {
                Vector512<ulong> x = At(tile, columns[0]), y = At(tile, columns[1]);
                var twos = Avx512F.TernaryLogic(c0, x, y, Majority);
                c0 = Avx512F.TernaryLogic(c0, x, y, Parity);
                (c1, twos) = (c1 ^ twos, c1 & twos);
                (c2, twos) = (c2 ^ twos, c2 & twos);
                (c3, twos) = (c3 ^ twos, c3 & twos);
                if (TLevels.Count > 4)
                {
                    (c4, twos) = (c4 ^ twos, c4 & twos);
                    (c5, twos) = (c5 ^ twos, c5 & twos);
                    (c6, twos) = (c6 ^ twos, c6 & twos);
                    if (TLevels.Count > 7)
                    {
                        (c7, twos) = (c7 ^ twos, c7 & twos);
                        (c8, twos) = (c8 ^ twos, c8 & twos);
                        c9 ^= twos;
                    }
                }
            }

            for (var i = counts->TakenEights; i > 0; i--, columns += 8)
            {
                Vector512<ulong> x0 = At(tile, columns[0]), x1 = At(tile, columns[1]);
                var twos0 = Avx512F.TernaryLogic(c0, x0, x1, MajorityOfComplements);
                c0 = Avx512F.TernaryLogic(c0, x0, x1, Parity);
                Vector512<ulong> x2 = At(tile, columns[2]), x3 = At(tile, columns[3]);
                var twos1 = Avx512F.TernaryLogic(c0, x2, x3, MajorityOfComplements);
                c0 = Avx512F.TernaryLogic(c0, x2, x3, Parity);
                var fours0 = Avx512F.TernaryLogic(c1, twos0, twos1, Majority);
                c1 = Avx512F.TernaryLogic(c1, twos0, twos1, Parity);
                Vector512<ulong> x4 = At(tile, columns[4]), x5 = At(tile, columns[5]);
                var twos2 = Avx512F.TernaryLogic(c0, x4, x5, MajorityOfComplements);
                c0 = Avx512F.TernaryLogic(c0, x4, x5, Parity);
                Vector512<ulong> x6 = At(tile, columns[6]), x7 = At(tile, columns[7]);
                var twos3 = Avx512F.TernaryLogic(c0, x6, x7, MajorityOfComplements);
                c0 = Avx512F.TernaryLogic(c0, x6, x7, Parity);
                var fours1 = Avx512F.TernaryLogic(c1, twos2, twos3, Majority);
                c1 = Avx512F.TernaryLogic(c1, twos2, twos3, Parity);
                var eights = Avx512F.TernaryLogic(c2, fours0, fours1, Majority);
                c2 = Avx512F.TernaryLogic(c2, fours0, fours1, Parity);
                (c3, eights) = (c3 ^ eights, c3 & eights);
                if (TLevels.Count > 4)
                {
                    (c4, eights) = (c4 ^ eights, c4 & eights);
                    (c5, eights) = (c5 ^ eights, c5 & eights);
                    (c6, eights) = (c6 ^ eights, c6 & eights);
                    if (TLevels.Count > 7)
                    {
                        (c7, eights) = (c7 ^ eights, c7 & eights);
                        (c8, eights) = (c8 ^ eights, c8 & eights);
                        c9 ^= eights;
                    }
                }
            }

            for (var i = counts->TakenPairs; i > 0; i--, columns += 2)
            {
                Vector512<ulong> x = At(tile, columns[0]), y = At(tile, columns[1]);
                var twos = Avx512F.TernaryLogic(c0, x, y, MajorityOfComplements);
                c0 = Avx512F.TernaryLogic(c0, x, y, Parity);
                (c1, twos) = (c1 ^ twos, c1 & twos);
                (c2, twos) = (c2 ^ twos, c2 & twos);
                (c3, twos) = (c3 ^ twos, c3 & twos);
                if (TLevels.Count > 4)
                {
                    (c4, twos) = (c4 ^ twos, c4 & twos);
                    (c5, twos) = (c5 ^ twos, c5 & twos);
                    (c6, twos) = (c6 ^ twos, c6 & twos);
                    if (TLevels.Count > 7)
                    {
                        (c7, twos) = (c7 ^ twos, c7 & twos);
                        (c8, twos) = (c8 ^ twos, c8 & twos);
                        c9 ^= twos;
                    }
                }
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
            c9 = Vector512<ulong>.Zero;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> At(byte* tile, ushort column) => Vector512.Load((ulong*)(tile + column * WordBytes));
}
