using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>16 floats: AVX-512. Adding where a bit is set is a test into a mask register and one masked addition.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILaneVector<Lanes512>
{
    private static readonly uint* Selectors = Lanes.Selectors(16);

    private readonly Vector512<float> value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static Lanes512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    public static Lanes512 LowerBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors);
    }

    public static Lanes512 UpperBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 left, Lanes512 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 left, Lanes512 right) => new(left.value * right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Lanes512(Vector512<float> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector512<float>(Lanes512 lanes) => lanes.value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AtLeast(Lanes512 left, Lanes512 right) => new(Vector512.GreaterThanOrEqual(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ClearWhere(Lanes512 mask, Lanes512 value) => new(Vector512.ConditionalSelect(mask.value, Vector512<float>.Zero, value.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Select(Lanes512 mask, Lanes512 where, Lanes512 elsewhere) =>
        new(Vector512.ConditionalSelect(mask.value, where.value, elsewhere.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 left, Lanes512 right, Lanes512 sum) =>
        new(Vector512.MultiplyAddEstimate(left.value, right.value, sum.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBits(byte* from) => new(Vector512.Create((uint)*(uint*)from).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddWhere(Lanes512 bits, Lanes512 select, Lanes512 value, Lanes512 sum)
    {
        var silent = Vector512.Equals(bits.value.AsUInt32() & select.value.AsUInt32(), Vector512<uint>.Zero);
        return new(Vector512.ConditionalSelect(~silent.AsSingle(), sum.value + value.value, sum.value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d) =>
        Vector512.Sum((a.value + b.value) + (c.value + d.value));
}
