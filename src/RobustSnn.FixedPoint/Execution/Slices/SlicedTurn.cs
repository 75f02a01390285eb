using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Vectors;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>
/// Sums that lie bit by bit become 16-bit numbers, step by step. A half of them is 32 positions: lane 8 · l + i of half h is position 16 · l + 8 · h + i.
/// </summary>
internal static unsafe class SlicedTurn
{
    /// <summary>Positions of a word.</summary>
    public const int Positions = 64;

    /// <summary>Halves of a word.</summary>
    public const int Halves = 2;

    /// <summary>Of eight planes, a byte a position and step: eight vectors, each of two positions in each of its four parts.</summary>
    /// <param name="planes">Eight of the sum's bits, the lowest first.</param>
    /// <param name="bytes">Receives [vector][part][position][step].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Bytes(Vector512<byte>* planes, Vector512<byte>* bytes)
    {
        // The bit matrix of a position comes out turned round if its rows go in last plane first.
        var p0 = planes[7];
        var p1 = planes[6];
        var p2 = planes[5];
        var p3 = planes[4];
        var p4 = planes[3];
        var p5 = planes[2];
        var p6 = planes[1];
        var p7 = planes[0];
        Vector512<short> a0 = Avx512BW.UnpackLow(p0, p1).AsInt16(), a1 = Avx512BW.UnpackHigh(p0, p1).AsInt16();
        Vector512<short> a2 = Avx512BW.UnpackLow(p2, p3).AsInt16(), a3 = Avx512BW.UnpackHigh(p2, p3).AsInt16();
        Vector512<short> a4 = Avx512BW.UnpackLow(p4, p5).AsInt16(), a5 = Avx512BW.UnpackHigh(p4, p5).AsInt16();
        Vector512<short> a6 = Avx512BW.UnpackLow(p6, p7).AsInt16(), a7 = Avx512BW.UnpackHigh(p6, p7).AsInt16();
        Vector512<int> b0 = Avx512BW.UnpackLow(a0, a2).AsInt32(), b1 = Avx512BW.UnpackHigh(a0, a2).AsInt32();
        Vector512<int> b2 = Avx512BW.UnpackLow(a1, a3).AsInt32(), b3 = Avx512BW.UnpackHigh(a1, a3).AsInt32();
        Vector512<int> b4 = Avx512BW.UnpackLow(a4, a6).AsInt32(), b5 = Avx512BW.UnpackHigh(a4, a6).AsInt32();
        Vector512<int> b6 = Avx512BW.UnpackLow(a5, a7).AsInt32(), b7 = Avx512BW.UnpackHigh(a5, a7).AsInt32();
        bytes[0] = Turned(Avx512F.UnpackLow(b0, b4));
        bytes[1] = Turned(Avx512F.UnpackHigh(b0, b4));
        bytes[2] = Turned(Avx512F.UnpackLow(b1, b5));
        bytes[3] = Turned(Avx512F.UnpackHigh(b1, b5));
        bytes[4] = Turned(Avx512F.UnpackLow(b2, b6));
        bytes[5] = Turned(Avx512F.UnpackHigh(b2, b6));
        bytes[6] = Turned(Avx512F.UnpackLow(b3, b7));
        bytes[7] = Turned(Avx512F.UnpackHigh(b3, b7));
    }

    /// <summary>Eight by eight bits of each 64 change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Turned(Vector512<int> bits) =>
        Gfni.V512.GaloisFieldAffineTransform(Vector512.Create(0x8040201008040201ul).AsByte(), bits.AsByte(), 0);

    /// <summary>All planes, eight by eight, as <see cref="Octet"/> reads them.</summary>
    /// <param name="places">A multiple of eight.</param>
    /// <param name="bytes">Receives the lowest bytes first: 8 vectors for each eight planes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bytes(Vector512<ulong>* planes, int places, Vector512<byte>* bytes)
    {
        for (var first = 0; first < places; first += 8)
        {
            Bytes((Vector512<byte>*)planes + first, bytes + first);
        }
    }

    /// <summary>A half's numbers, step by step.</summary>
    /// <param name="low">The low bytes.</param>
    /// <param name="high">The high bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Octet<Short512> Octet(Vector512<byte>* low, Vector512<byte>* high, int half)
    {
        low += 4 * half;
        high += 4 * half;
        Vector512<short> a0 = Avx512BW.UnpackLow(low[0], high[0]).AsInt16(), a1 = Avx512BW.UnpackHigh(low[0], high[0]).AsInt16();
        Vector512<short> a2 = Avx512BW.UnpackLow(low[1], high[1]).AsInt16(), a3 = Avx512BW.UnpackHigh(low[1], high[1]).AsInt16();
        Vector512<short> a4 = Avx512BW.UnpackLow(low[2], high[2]).AsInt16(), a5 = Avx512BW.UnpackHigh(low[2], high[2]).AsInt16();
        Vector512<short> a6 = Avx512BW.UnpackLow(low[3], high[3]).AsInt16(), a7 = Avx512BW.UnpackHigh(low[3], high[3]).AsInt16();
        Vector512<int> b0 = Avx512BW.UnpackLow(a0, a1).AsInt32(), b1 = Avx512BW.UnpackHigh(a0, a1).AsInt32();
        Vector512<int> b2 = Avx512BW.UnpackLow(a2, a3).AsInt32(), b3 = Avx512BW.UnpackHigh(a2, a3).AsInt32();
        Vector512<int> b4 = Avx512BW.UnpackLow(a4, a5).AsInt32(), b5 = Avx512BW.UnpackHigh(a4, a5).AsInt32();
        Vector512<int> b6 = Avx512BW.UnpackLow(a6, a7).AsInt32(), b7 = Avx512BW.UnpackHigh(a6, a7).AsInt32();
        Vector512<long> c0 = Avx512F.UnpackLow(b0, b2).AsInt64(), c1 = Avx512F.UnpackHigh(b0, b2).AsInt64();
        Vector512<long> c2 = Avx512F.UnpackLow(b1, b3).AsInt64(), c3 = Avx512F.UnpackHigh(b1, b3).AsInt64();
        Vector512<long> c4 = Avx512F.UnpackLow(b4, b6).AsInt64(), c5 = Avx512F.UnpackHigh(b4, b6).AsInt64();
        Vector512<long> c6 = Avx512F.UnpackLow(b5, b7).AsInt64(), c7 = Avx512F.UnpackHigh(b5, b7).AsInt64();
        return new(
            new(Avx512F.UnpackLow(c0, c4).AsInt16()), new(Avx512F.UnpackHigh(c0, c4).AsInt16()),
            new(Avx512F.UnpackLow(c1, c5).AsInt16()), new(Avx512F.UnpackHigh(c1, c5).AsInt16()),
            new(Avx512F.UnpackLow(c2, c6).AsInt16()), new(Avx512F.UnpackHigh(c2, c6).AsInt16()),
            new(Avx512F.UnpackLow(c3, c7).AsInt16()), new(Avx512F.UnpackHigh(c3, c7).AsInt16()));
    }
}
