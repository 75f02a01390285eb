using System.Globalization;
using System.Runtime.InteropServices;

namespace ManagedCuda.BasicTypes;

/// <summary>The upper half of a 32-bit float, as kernels call it: an element type. Rounded to the nearest, ties to even.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct bfloat16
{
    private const ushort NaN = 0x7FFF;

    private readonly ushort x;

    public bfloat16(float f)
    {
        var bits = BitConverter.SingleToUInt32Bits(f);
        var odd = (bits >> 16) & 1;
        x = float.IsNaN(f) ? NaN : (ushort)((bits + 0x7FFF + odd) >> 16);
    }

    public override string ToString() => BitConverter.UInt32BitsToSingle((uint)x << 16).ToString(CultureInfo.InvariantCulture);
}
