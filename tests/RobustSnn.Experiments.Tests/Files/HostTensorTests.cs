using System.Runtime.InteropServices;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Tests.Files;

[TestFixture]
public sealed class HostTensorTests
{
    private static readonly float[] Floats = [0f, -0f, 1.5f, float.Epsilon, float.NaN, float.NegativeInfinity];

    private static HostTensor Of<T>(ElementType type, params T[] values)
        where T : unmanaged => new("w", type, [values.Length], MemoryMarshal.AsBytes<T>(values).ToArray());

    [Test]
    public void Floats_come_back_bit_for_bit()
    {
        float[] read = HostTensor.FromFloats("w", [2, 3], Floats).ToFloats();
        Assert.That(read.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(Floats.Select(BitConverter.SingleToInt32Bits)));
    }

    [Test]
    public void Doubles_that_are_floats_become_floats() =>
        Assert.That(Of(ElementType.F64, 0.5, double.NaN, 1e300 * 1e300).ToFloats(), Is.EqualTo(new[] { 0.5f, float.NaN, float.PositiveInfinity }));

    // Bits of the half and of the float: largest and smallest normal numbers, subnormals, zeros, infinities.
    [TestCase(0x3c00, 0x3f800000u, TestName = "half 1")]
    [TestCase(0xc100, 0xc0200000u, TestName = "half -2.5")]
    [TestCase(0x7bff, 0x477fe000u, TestName = "half 65504")]
    [TestCase(0x0400, 0x38800000u, TestName = "half 2^-14")]
    [TestCase(0x0001, 0x33800000u, TestName = "half 2^-24")]
    [TestCase(0x83ff, 0xb87fc000u, TestName = "half -1023·2^-24")]
    [TestCase(0x8000, 0x80000000u, TestName = "half -0")]
    [TestCase(0x7c00, 0x7f800000u, TestName = "half ∞")]
    [TestCase(0xfc00, 0xff800000u, TestName = "half -∞")]
    public void Halves_widen_exactly(int half, uint expected) =>
        Assert.That(BitConverter.SingleToUInt32Bits(Of(ElementType.F16, (ushort)half).ToFloats()[0]), Is.EqualTo(expected));

    [Test]
    public void Every_half_comes_back_from_its_float()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        float[] widened = Of(ElementType.F16, all).ToFloats();
        Assert.That(
            Array.FindIndex(all, bits => float.IsNaN(widened[bits])
                ? (bits & 0x7c00) != 0x7c00 || (bits & 0x3ff) == 0
                : BitConverter.HalfToUInt16Bits((Half)widened[bits]) != bits),
            Is.EqualTo(-1));
    }

    [Test]
    public void Every_bfloat16_is_the_upper_half_of_its_float()
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        float[] widened = Of(ElementType.BF16, all).ToFloats();
        Assert.That(Array.FindIndex(all, bits => BitConverter.SingleToUInt32Bits(widened[bits]) != (uint)bits << 16), Is.EqualTo(-1));
    }

    [Test]
    public void Doubles_that_are_no_floats_are_refused() =>
        Assert.That(() => Of(ElementType.F64, 0.5, 0.1).ToFloats(), Refuses.Saying("w: element 1 is 0.1"));

    [TestCase(ElementType.I64, 8)]
    [TestCase(ElementType.I32, 4)]
    [TestCase(ElementType.U8, 1)]
    [TestCase(ElementType.Bool, 1)]
    public void Whole_numbers_are_refused_as_floats(ElementType type, int size) =>
        Assert.That(
            () => new HostTensor("w", type, [1], new byte[size]).ToFloats(),
            Refuses.Saying($"found {type}"));

    [Test]
    public void Longs_come_back() =>
        Assert.That(HostTensor.FromLongs("y", [2], [long.MinValue, 3]).ToLongs(), Is.EqualTo(new[] { long.MinValue, 3 }));

    [Test]
    public void Ints_become_longs() => Assert.That(Of(ElementType.I32, int.MinValue, 7).ToLongs(), Is.EqualTo(new[] { int.MinValue, 7L }));

    [Test]
    public void Shorts_become_longs() =>
        Assert.That(HostTensor.FromShorts("y", [2], [short.MinValue, 7]).ToLongs(), Is.EqualTo(new[] { short.MinValue, 7L }));

    [Test]
    public void Signed_bytes_become_longs() =>
        Assert.That(HostTensor.FromSBytes("y", [2], [sbyte.MinValue, 7]).ToLongs(), Is.EqualTo(new[] { sbyte.MinValue, 7L }));

    [Test]
    public void Bytes_become_longs() => Assert.That(Of<byte>(ElementType.U8, 255, 0).ToLongs(), Is.EqualTo(new[] { 255L, 0 }));

    [TestCase(ElementType.F32, 4)]
    [TestCase(ElementType.F64, 8)]
    [TestCase(ElementType.F16, 2)]
    [TestCase(ElementType.BF16, 2)]
    public void Floating_point_is_refused_as_longs(ElementType type, int size) =>
        Assert.That(
            () => new HostTensor("w", type, [1], new byte[size]).ToLongs(),
            Refuses.Saying($"found {type}"));

    [Test]
    public void A_scalar_has_one_element() => Assert.That(HostTensor.FromFloats("v_th", [], [1f]).Count, Is.EqualTo(1));

    [Test]
    public void Bytes_must_match_dimensions() =>
        Assert.That(() => new HostTensor("w", ElementType.F32, [2, 2], new byte[15]), Throws.ArgumentException);

    [Test]
    public void Renaming_keeps_everything_else()
    {
        HostTensor renamed = HostTensor.FromFloats("a", [2], [1, 2]).Renamed("b");
        Assert.That(renamed.ToString(), Is.EqualTo("b: F32 [2]"));
        Assert.That(renamed.ToFloats(), Is.EqualTo(new[] { 1f, 2f }));
    }
}
