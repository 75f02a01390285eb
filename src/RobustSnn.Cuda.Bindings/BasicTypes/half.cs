using System.Globalization;
using System.Runtime.InteropServices;

namespace ManagedCuda.BasicTypes;

#pragma warning disable CS8981 // ManagedCuda's name, and CUDA's

/// <summary>A 16-bit float of IEEE 754, as kernels call it: an element type. Rounded to the nearest, ties to even.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct half
{
    private readonly ushort x;

    public half(float f) => x = BitConverter.HalfToUInt16Bits((Half)f);

    public half(double d) => x = BitConverter.HalfToUInt16Bits((Half)d);

    public override string ToString() => BitConverter.UInt16BitsToHalf(x).ToString(CultureInfo.InvariantCulture);
}
