using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.FixedPoint.Execution.Vectors;

/// <summary>32 numbers, eight timesteps of four positions: AVX-512BW. Words are of eight positions.</summary>
internal readonly unsafe struct Short512(Vector512<short> value) : IShortLanes<Short512>
{
    private readonly Vector512<short> value = value;

    public static bool IsSupported => Avx512BW.IsSupported;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 32;
    }

    public static int MostWords => 12;

    public static Short512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<short>.Zero);
    }

    public static Short512 EvenColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Selectors(0));
    }

    public static Short512 OddColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Selectors(8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 Broadcast(short value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 Load(short* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(short* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 LoadWord(byte* from) => new(Vector512.Create(*(ulong*)from).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 AddWhere(Short512 word, Short512 select, Short512 value, Short512 sum)
    {
        var silent = Vector512.Equals(word.value & select.value, Vector512<short>.Zero);
        return new(Vector512.ConditionalSelect(~silent, sum.value + value.value, sum.value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 LoadBytes(byte* from) => new(Avx512BW.ConvertToVector512Int16(Vector256.Load(from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 MultiplyAdd(Short512 left, Short512 right, Short512 sum) => new(left.value * right.value + sum.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 operator +(Short512 left, Short512 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 operator -(Short512 left, Short512 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 operator |(Short512 left, Short512 right) => new(left.value | right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 operator >>(Short512 value, int count) => new(Vector512.ShiftRightArithmetic(value.value, count));

    /// <remarks>A comparison would go through a mask register and back: seven cycles in place of two.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 IsAbove(Short512 left, Short512 right) =>
        new(Vector512.ShiftRightArithmetic(Avx512BW.SubtractSaturate(right.value, left.value), 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short512 Select(Short512 mask, Short512 where, Short512 elsewhere) =>
        new(Vector512.ConditionalSelect(mask.value, where.value, elsewhere.value));

    /// <summary>A step of a vector is 64 bits: eight by eight of them change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Octet<Short512> Turn(short* from)
    {
        Vector512<long> r0 = Row(from, 0), r1 = Row(from, 1), r2 = Row(from, 2), r3 = Row(from, 3);
        Vector512<long> r4 = Row(from, 4), r5 = Row(from, 5), r6 = Row(from, 6), r7 = Row(from, 7);
        Vector512<long> a0 = Avx512F.UnpackLow(r0, r1), a1 = Avx512F.UnpackHigh(r0, r1);
        Vector512<long> a2 = Avx512F.UnpackLow(r2, r3), a3 = Avx512F.UnpackHigh(r2, r3);
        Vector512<long> a4 = Avx512F.UnpackLow(r4, r5), a5 = Avx512F.UnpackHigh(r4, r5);
        Vector512<long> a6 = Avx512F.UnpackLow(r6, r7), a7 = Avx512F.UnpackHigh(r6, r7);

        // lanes of 128 bits: those of even and of odd numbers, twice
        Vector512<long> b0 = Avx512F.Shuffle4x128(a0, a2, 0x88), b1 = Avx512F.Shuffle4x128(a0, a2, 0xdd);
        Vector512<long> b2 = Avx512F.Shuffle4x128(a4, a6, 0x88), b3 = Avx512F.Shuffle4x128(a4, a6, 0xdd);
        Vector512<long> b4 = Avx512F.Shuffle4x128(a1, a3, 0x88), b5 = Avx512F.Shuffle4x128(a1, a3, 0xdd);
        Vector512<long> b6 = Avx512F.Shuffle4x128(a5, a7, 0x88), b7 = Avx512F.Shuffle4x128(a5, a7, 0xdd);
        return new(
            new(Avx512F.Shuffle4x128(b0, b2, 0x88).AsInt16()), new(Avx512F.Shuffle4x128(b4, b6, 0x88).AsInt16()),
            new(Avx512F.Shuffle4x128(b1, b3, 0x88).AsInt16()), new(Avx512F.Shuffle4x128(b5, b7, 0x88).AsInt16()),
            new(Avx512F.Shuffle4x128(b0, b2, 0xdd).AsInt16()), new(Avx512F.Shuffle4x128(b4, b6, 0xdd).AsInt16()),
            new(Avx512F.Shuffle4x128(b1, b3, 0xdd).AsInt16()), new(Avx512F.Shuffle4x128(b5, b7, 0xdd).AsInt16()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(int* sums)
    {
        (Vector512.Load(sums) + Vector512.WidenLower(value)).Store(sums);
        (Vector512.Load(sums + Count / 2) + Vector512.WidenUpper(value)).Store(sums + Count / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePositions(byte* to)
    {
        var inWord = Vector256.Create(
            (byte)0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
        Avx2.Shuffle(Avx512BW.ConvertToVector256Byte(value.AsUInt16()), inWord).Store(to);
    }

    /// <summary>Each lane as a 32-bit number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTo(int* numbers)
    {
        Vector512.WidenLower(value).Store(numbers);
        Vector512.WidenUpper(value).Store(numbers + Count / 2);
    }

    /// <summary>The low byte of each lane, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<ulong> ToBytes() => Avx512BW.ConvertToVector256Byte(value.AsUInt16()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Row(short* from, int row) => Vector512.Load(from + row * Count).AsInt64();

    /// <summary>Lane 4·step + column/2 has the bits of two columns; the step's of one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Selectors(int shift) => Vector512.Create(
        (ushort)(1 << shift), (ushort)(1 << shift), (ushort)(1 << shift), (ushort)(1 << shift),
        (ushort)(2 << shift), (ushort)(2 << shift), (ushort)(2 << shift), (ushort)(2 << shift),
        (ushort)(4 << shift), (ushort)(4 << shift), (ushort)(4 << shift), (ushort)(4 << shift),
        (ushort)(8 << shift), (ushort)(8 << shift), (ushort)(8 << shift), (ushort)(8 << shift),
        (ushort)(16 << shift), (ushort)(16 << shift), (ushort)(16 << shift), (ushort)(16 << shift),
        (ushort)(32 << shift), (ushort)(32 << shift), (ushort)(32 << shift), (ushort)(32 << shift),
        (ushort)(64 << shift), (ushort)(64 << shift), (ushort)(64 << shift), (ushort)(64 << shift),
        (ushort)(128 << shift), (ushort)(128 << shift), (ushort)(128 << shift), (ushort)(128 << shift)).AsInt16();
}
