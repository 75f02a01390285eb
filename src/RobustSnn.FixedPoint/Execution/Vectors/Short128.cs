using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RobustSnn.FixedPoint.Execution.Vectors;

/// <summary>8 numbers, eight timesteps of one position: every processor that .NET runs on. Words are of two positions.</summary>
internal readonly unsafe struct Short128(Vector128<short> value) : IShortLanes<Short128>
{
    private readonly Vector128<short> value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int MostWords => 4;

    public static Short128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<short>.Zero);
    }

    public static Short128 EvenColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128));
    }

    public static Short128 OddColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128.ShiftLeft(EvenColumns.value, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 Broadcast(short value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 Load(short* from) => new(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(short* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 LoadWord(byte* from) => new(Vector128.Create(*(short*)from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 AddWhere(Short128 word, Short128 select, Short128 value, Short128 sum)
    {
        if (Avx512BW.VL.IsSupported)
        {
            var silent = Vector128.Equals(word.value & select.value, Vector128<short>.Zero);
            return new(Vector128.ConditionalSelect(~silent, sum.value + value.value, sum.value));
        }

        var fires = Vector128.Equals(word.value & select.value, select.value);
        return new(sum.value + (value.value & fires));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 LoadBytes(byte* from) => new(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)from).AsByte()).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 MultiplyAdd(Short128 left, Short128 right, Short128 sum) => new(left.value * right.value + sum.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 operator +(Short128 left, Short128 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 operator -(Short128 left, Short128 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 operator |(Short128 left, Short128 right) => new(left.value | right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 operator >>(Short128 value, int count) => new(Vector128.ShiftRightArithmetic(value.value, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 IsAbove(Short128 left, Short128 right) => new(Vector128.GreaterThan(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Short128 Select(Short128 mask, Short128 where, Short128 elsewhere) =>
        new(Vector128.ConditionalSelect(mask.value, where.value, elsewhere.value));

    /// <summary>A step of a vector is 16 bits: eight by eight of them change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Octet<Short128> Turn(short* from)
    {
        Vector128<short> r0 = Row(from, 0), r1 = Row(from, 1), r2 = Row(from, 2), r3 = Row(from, 3);
        Vector128<short> r4 = Row(from, 4), r5 = Row(from, 5), r6 = Row(from, 6), r7 = Row(from, 7);
        Vector128<int> a0 = Low(r0, r1).AsInt32(), a1 = High(r0, r1).AsInt32(), a2 = Low(r2, r3).AsInt32(), a3 = High(r2, r3).AsInt32();
        Vector128<int> a4 = Low(r4, r5).AsInt32(), a5 = High(r4, r5).AsInt32(), a6 = Low(r6, r7).AsInt32(), a7 = High(r6, r7).AsInt32();
        Vector128<long> b0 = Low(a0, a2).AsInt64(), b1 = High(a0, a2).AsInt64(), b2 = Low(a1, a3).AsInt64(), b3 = High(a1, a3).AsInt64();
        Vector128<long> b4 = Low(a4, a6).AsInt64(), b5 = High(a4, a6).AsInt64(), b6 = Low(a5, a7).AsInt64(), b7 = High(a5, a7).AsInt64();
        return new(
            new(Low(b0, b4).AsInt16()), new(High(b0, b4).AsInt16()), new(Low(b1, b5).AsInt16()), new(High(b1, b5).AsInt16()),
            new(Low(b2, b6).AsInt16()), new(High(b2, b6).AsInt16()), new(Low(b3, b7).AsInt16()), new(High(b3, b7).AsInt16()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTo(int* sums)
    {
        (Vector128.Load(sums) + Vector128.WidenLower(value)).Store(sums);
        (Vector128.Load(sums + Count / 2) + Vector128.WidenUpper(value)).Store(sums + Count / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePositions(byte* to)
    {
        var low = (value & Vector128.Create((short)byte.MaxValue)).AsUInt16();
        *(ulong*)to = Vector128.Narrow(low, low).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Row(short* from, int row) => Vector128.Load(from + row * Count);

    /// <summary>The lower halves, element by element in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Low<T>(Vector128<T> left, Vector128<T> right)
        where T : unmanaged
    {
        if (sizeof(T) == sizeof(long))
        {
            return Vector128.Create(left.GetLower(), right.GetLower());
        }

        if (sizeof(T) == sizeof(int))
        {
            return Sse2.IsSupported ? Sse2.UnpackLow(left.AsInt32(), right.AsInt32()).As<int, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left.AsInt32(), right.AsInt32()).As<int, T>()
                : Plain(left, right, 0);
        }

        return Sse2.IsSupported ? Sse2.UnpackLow(left.AsInt16(), right.AsInt16()).As<short, T>()
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left.AsInt16(), right.AsInt16()).As<short, T>()
            : Plain(left, right, 0);
    }

    /// <summary>The upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> High<T>(Vector128<T> left, Vector128<T> right)
        where T : unmanaged
    {
        if (sizeof(T) == sizeof(long))
        {
            return Vector128.Create(left.GetUpper(), right.GetUpper());
        }

        if (sizeof(T) == sizeof(int))
        {
            return Sse2.IsSupported ? Sse2.UnpackHigh(left.AsInt32(), right.AsInt32()).As<int, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left.AsInt32(), right.AsInt32()).As<int, T>()
                : Plain(left, right, Vector128<T>.Count / 2);
        }

        return Sse2.IsSupported ? Sse2.UnpackHigh(left.AsInt16(), right.AsInt16()).As<short, T>()
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left.AsInt16(), right.AsInt16()).As<short, T>()
            : Plain(left, right, Vector128<T>.Count / 2);
    }

    /// <summary>Where a processor has no such instruction.</summary>
    private static Vector128<T> Plain<T>(Vector128<T> left, Vector128<T> right, int first)
        where T : unmanaged
    {
        var result = default(Vector128<T>);
        for (var i = 0; i < Vector128<T>.Count / 2; i++)
        {
            result = result.WithElement(2 * i, left.GetElement(first + i)).WithElement(2 * i + 1, right.GetElement(first + i));
        }

        return result;
    }
}
