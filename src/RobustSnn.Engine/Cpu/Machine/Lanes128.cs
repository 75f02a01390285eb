using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>4 floats: what every processor that .NET runs on has.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> value) : ILaneVector<Lanes128>
{
    private static readonly uint* Selectors = Lanes.Selectors(4);

    private readonly Vector128<float> value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static Lanes128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<float>.Zero);
    }

    public static Lanes128 LowerBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors);
    }

    public static Lanes128 UpperBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Load((float*)Selectors + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* from) => new(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) => new(left.value - right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) => new(left.value * right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Lanes128(Vector128<float> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector128<float>(Lanes128 lanes) => lanes.value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AtLeast(Lanes128 left, Lanes128 right) => new(Vector128.GreaterThanOrEqual(left.value, right.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ClearWhere(Lanes128 mask, Lanes128 value) => new(Vector128.AndNot(value.value, mask.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 mask, Lanes128 where, Lanes128 elsewhere) =>
        new(Vector128.ConditionalSelect(mask.value, where.value, elsewhere.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 left, Lanes128 right, Lanes128 sum) =>
        new(Vector128.MultiplyAddEstimate(left.value, right.value, sum.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBits(byte* from) => new(Vector128.Create((uint)*(byte*)from).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddWhere(Lanes128 bits, Lanes128 select, Lanes128 value, Lanes128 sum)
    {
        var selected = select.value.AsUInt32();
        var fires = Vector128.Equals(bits.value.AsUInt32() & selected, selected);
        return new(sum.value + (value.value & fires.AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d) =>
        Vector128.Sum((a.value + b.value) + (c.value + d.value));
}
