using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>8 floats: AVX2. Without mask registers, a compare makes the mask that the value is and-ed with.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> value) : ILaneVector<Lanes256>
{
    private static readonly uint* Selectors = Lanes.Selectors(8);

    private readonly Vector256<float> value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static Lanes256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.Zero);
    }

    public static Lanes256 LowerBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors);
    }

    public static Lanes256 UpperBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 left, Lanes256 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 left, Lanes256 right) => new(left.value * right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Lanes256(Vector256<float> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector256<float>(Lanes256 lanes) => lanes.value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AtLeast(Lanes256 left, Lanes256 right) => new(Vector256.GreaterThanOrEqual(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ClearWhere(Lanes256 mask, Lanes256 value) => new(Vector256.AndNot(value.value, mask.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 where, Lanes256 elsewhere) =>
        new(Vector256.ConditionalSelect(mask.value, where.value, elsewhere.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 left, Lanes256 right, Lanes256 sum) =>
        new(Vector256.MultiplyAddEstimate(left.value, right.value, sum.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBits(byte* from) => new(Vector256.Create((uint)*(ushort*)from).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddWhere(Lanes256 bits, Lanes256 select, Lanes256 value, Lanes256 sum)
    {
        var selected = select.value.AsUInt32();
        var fires = Vector256.Equals(bits.value.AsUInt32() & selected, selected);
        return new(sum.value + (value.value & fires.AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d) =>
        Vector256.Sum((a.value + b.value) + (c.value + d.value));
}
