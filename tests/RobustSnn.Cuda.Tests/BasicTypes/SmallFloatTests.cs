using System.Runtime.CompilerServices;
using ManagedCuda.BasicTypes;
using NUnit.Framework;

namespace RobustSnn.Cuda.Tests.BasicTypes;

/// <summary>16-bit floats are rounded to the nearest, ties to even.</summary>
public sealed class SmallFloatTests
{
    [TestCase(1f, 0x3F80)]
    [TestCase(-2f, 0xC000)]
    [TestCase(1.00390625f, 0x3F80, Description = "half way between two: the even one, below")]
    [TestCase(1.01171875f, 0x3F82, Description = "half way between two: the even one, above")]
    [TestCase(float.MaxValue, 0x7F80, Description = "infinite")]
    [TestCase(float.NegativeInfinity, 0xFF80)]
    [TestCase(float.NaN, 0x7FFF)]
    [TestCase(float.Epsilon, 0x0000)]
    public void A_bfloat16_has_these_bits(float value, int bits) => Assert.That(Bits(new bfloat16(value)), Is.EqualTo(bits));

    [FsCheck.NUnit.Property]
    public bool No_bfloat16_is_nearer(float value)
    {
        var bits = Bits(new bfloat16(value));
        double Distance(int neighbour) => Math.Abs((double)BitConverter.UInt32BitsToSingle((uint)neighbour << 16) - value);
        var (isFinite, isZero) = ((bits & 0x7F80) != 0x7F80, (bits & 0x7FFF) == 0);
        return !isFinite || (Distance(bits) <= Distance(bits + 1) && (isZero || Distance(bits) <= Distance(bits - 1)));
    }

    [TestCase(1f, 0x3C00)]
    [TestCase(65504f, 0x7BFF)]
    [TestCase(65520f, 0x7C00)]
    [TestCase(1e-8f, 0x0000)]
    [TestCase(1.00048828125f, 0x3C00, Description = "half way between two: the even one")]
    public void A_half_has_these_bits(float value, int bits)
    {
        Assert.That(Unsafe.BitCast<half, ushort>(new half(value)), Is.EqualTo(bits));
        Assert.That(Unsafe.BitCast<half, ushort>(new half((double)value)), Is.EqualTo(bits));
    }

    private static ushort Bits(bfloat16 value) => Unsafe.BitCast<bfloat16, ushort>(value);
}
