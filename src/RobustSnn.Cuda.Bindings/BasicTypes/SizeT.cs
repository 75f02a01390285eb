using System.Globalization;
using System.Runtime.InteropServices;

namespace ManagedCuda.BasicTypes;

/// <summary>C's size_t. It converts from and to every integer that a length may be, and arithmetic stays in it.</summary>
/// <remarks>Conversions to a narrower integer drop high bits, as a cast in C does; take <see cref="ulong"/> where lengths may be large.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct SizeT : IEquatable<SizeT>
{
    private readonly UIntPtr value;

    public SizeT(int value) => this.value = (UIntPtr)(nint)value;

    public SizeT(uint value) => this.value = value;

    public SizeT(long value) => this.value = (UIntPtr)value;

    public SizeT(ulong value) => this.value = (UIntPtr)value;

    public SizeT(UIntPtr value) => this.value = value;

    public SizeT(IntPtr value) => this.value = (UIntPtr)value;

    public static implicit operator int(SizeT t) => (int)t.value;

    public static implicit operator uint(SizeT t) => (uint)t.value;

    public static implicit operator long(SizeT t) => (long)t.value;

    public static implicit operator ulong(SizeT t) => t.value;

    public static implicit operator UIntPtr(SizeT t) => t.value;

    public static implicit operator IntPtr(SizeT t) => (IntPtr)t.value;

    public static implicit operator SizeT(int value) => new(value);

    public static implicit operator SizeT(uint value) => new(value);

    public static implicit operator SizeT(long value) => new(value);

    public static implicit operator SizeT(ulong value) => new(value);

    public static implicit operator SizeT(IntPtr value) => new(value);

    public static implicit operator SizeT(UIntPtr value) => new(value);

    public static bool operator ==(SizeT val1, SizeT val2) => val1.value == val2.value;

    public static bool operator !=(SizeT val1, SizeT val2) => val1.value != val2.value;

    public static bool operator >(SizeT val1, SizeT val2) => val1.value > val2.value;

    public static bool operator <(SizeT val1, SizeT val2) => val1.value < val2.value;

    public static SizeT operator +(SizeT val1, SizeT val2) => new(val1.value + val2.value);

    public static SizeT operator -(SizeT val1, SizeT val2) => new(val1.value - val2.value);

    public static SizeT operator *(SizeT val1, SizeT val2) => new(val1.value * val2.value);

    public static SizeT operator /(SizeT val1, SizeT val2) => new(val1.value / val2.value);

    bool IEquatable<SizeT>.Equals(SizeT other) => value == other.value;

    public override bool Equals(object? obj) => obj is SizeT other && value == other.value;

    public override int GetHashCode() => value.GetHashCode();

    public override string ToString() => value.ToString(CultureInfo.InvariantCulture);
}
