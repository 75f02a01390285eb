using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.Engine.Cpu;

/// <summary>Turns 8 × 8 tables round: what lies by position becomes what lies by timestep, and back.</summary>
internal static unsafe class Transpose
{
    public const int Size = 8;

    /// <summary>Whether <see cref="Floats"/> has the shuffles that it is written in.</summary>
    public static bool IsFast => Avx.IsSupported;

    /// <summary>to[j · 16 + i] = from[i · 8 + j], for i and j below 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Floats(float* from, float* to)
    {
        var r0 = Vector256.Load(from);
        var r1 = Vector256.Load(from + 8);
        var r2 = Vector256.Load(from + 16);
        var r3 = Vector256.Load(from + 24);
        var r4 = Vector256.Load(from + 32);
        var r5 = Vector256.Load(from + 40);
        var r6 = Vector256.Load(from + 48);
        var r7 = Vector256.Load(from + 56);

        // pairs of rows, then quadruples of columns, then the halves change places
        var (a0, a1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        var (a2, a3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (a4, a5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        var (a6, a7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (b0, b1) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xee));
        var (b2, b3) = (Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xee));
        var (b4, b5) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xee));
        var (b6, b7) = (Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xee));
        Avx.Permute2x128(b0, b4, 0x20).Store(to);
        Avx.Permute2x128(b1, b5, 0x20).Store(to + 16);
        Avx.Permute2x128(b2, b6, 0x20).Store(to + 32);
        Avx.Permute2x128(b3, b7, 0x20).Store(to + 48);
        Avx.Permute2x128(b0, b4, 0x31).Store(to + 64);
        Avx.Permute2x128(b1, b5, 0x31).Store(to + 80);
        Avx.Permute2x128(b2, b6, 0x31).Store(to + 96);
        Avx.Permute2x128(b3, b7, 0x31).Store(to + 112);
    }

    /// <summary>Byte i of the result holds, in bit j, bit (first + i) of word j; i and j below 8.</summary>
    public static ulong Bits(ushort* words, int first)
    {
        var x = 0ul;
        for (var j = 0; j < Size; j++)
        {
            x |= (ulong)(((uint)words[j] >> first) & 0xff) << (8 * j);
        }

        // swaps the off-diagonal quarters of ever larger squares (Hacker's Delight, 7-3)
        var t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaul;
        x ^= t ^ (t << 7);
        t = (x ^ (x >> 14)) & 0x0000cccc0000ccccul;
        x ^= t ^ (t << 14);
        t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0ul;
        return x ^ t ^ (t << 28);
    }
}
