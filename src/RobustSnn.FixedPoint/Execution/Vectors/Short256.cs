using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.FixedPoint.Execution.Vectors;

/// <summary>16 numbers, eight timesteps of two positions: AVX2. Words are of four positions.</summary>
internal readonly unsafe struct Short256(Vector256<short> value) : IShortLanes<Short256>
{
    private readonly Vector256<short> value = value;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static int MostWords => 4;

    public static Short256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<short>.Zero);
    }

    public static Short256 EvenColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256.Create(1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128));
    }

    public static Short256 OddColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256.ShiftLeft(EvenColumns.value, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 Broadcast(short value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 Load(short* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(short* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 LoadWord(byte* from) => new(Vector256.Create(*(uint*)from).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 AddWhere(Short256 word, Short256 select, Short256 value, Short256 sum)
    {
        if (Avx512BW.VL.IsSupported)
        {
            var silent = Vector256.Equals(word.value & select.value, Vector256<short>.Zero);
            return new(Vector256.ConditionalSelect(~silent, sum.value + value.value, sum.value));
        }

        var fires = Vector256.Equals(word.value & select.value, select.value);
        return new(sum.value + (value.value & fires));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 LoadBytes(byte* from) => new(Avx2.ConvertToVector256Int16(Vector128.Load(from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 MultiplyAdd(Short256 left, Short256 right, Short256 sum) => new(left.value * right.value + sum.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 operator +(Short256 left, Short256 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 operator -(Short256 left, Short256 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 operator |(Short256 left, Short256 right) => new(left.value | right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 operator >>(Short256 value, int count) => new(Vector256.ShiftRightArithmetic(value.value, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 IsAbove(Short256 left, Short256 right) => new(Vector256.GreaterThan(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short256 Select(Short256 mask, Short256 where, Short256 elsewhere) =>
        new(Vector256.ConditionalSelect(mask.value, where.value, elsewhere.value));

    /// <summary>A step of a vector is 32 bits: eight by eight of them change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Octet<Short256> Turn(short* from)
    {
        Vector256<float> a0 = Avx.UnpackLow(Row(from, 0), Row(from, 1)), a1 = Avx.UnpackHigh(Row(from, 0), Row(from, 1));
        Vector256<float> a2 = Avx.UnpackLow(Row(from, 2), Row(from, 3)), a3 = Avx.UnpackHigh(Row(from, 2), Row(from, 3));
        Vector256<float> a4 = Avx.UnpackLow(Row(from, 4), Row(from, 5)), a5 = Avx.UnpackHigh(Row(from, 4), Row(from, 5));
        Vector256<float> a6 = Avx.UnpackLow(Row(from, 6), Row(from, 7)), a7 = Avx.UnpackHigh(Row(from, 6), Row(from, 7));
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xee), b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xee);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xee), b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xee);
        return new(Lower(b0, b4), Lower(b1, b5), Lower(b2, b6), Lower(b3, b7), Upper(b0, b4), Upper(b1, b5), Upper(b2, b6), Upper(b3, b7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(int* sums)
    {
        (Vector256.Load(sums) + Vector256.WidenLower(value)).Store(sums);
        (Vector256.Load(sums + Count / 2) + Vector256.WidenUpper(value)).Store(sums + Count / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePositions(byte* to)
    {
        var low = value & Vector256.Create((short)byte.MaxValue);
        var bytes = Vector128.Narrow(low.GetLower().AsUInt16(), low.GetUpper().AsUInt16());
        Vector128.Shuffle(bytes, Vector128.Create((byte)0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15)).Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Row(short* from, int row) => Vector256.Load(from + row * Count).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Short256 Lower(Vector256<float> left, Vector256<float> right) => new(Avx.Permute2x128(left, right, 0x20).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Short256 Upper(Vector256<float> left, Vector256<float> right) => new(Avx.Permute2x128(left, right, 0x31).AsInt16());
}
