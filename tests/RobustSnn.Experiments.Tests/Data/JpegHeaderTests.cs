using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>Sizes and kinds of JPEG from its header alone, without the library.</summary>
[TestFixture]
public sealed class JpegHeaderTests
{
    private static IEnumerable<TestCaseData> Pictured()
    {
        yield return new TestCaseData(Pictures.Jpeg).SetArgDisplayNames("colour");
        yield return new TestCaseData(Pictures.GreyJpeg).SetArgDisplayNames("grey");
    }

    [TestCaseSource(nameof(Pictured))]
    public void A_size_is_read(byte[] content) =>
        Assert.That(JpegHeader.ReadSize(content), Is.EqualTo(((long)Pictures.Rows, (long)Pictures.Columns)));

    // Horizontal and vertical factors of the first component: the subsamplings with and without a name.
    [TestCase(0x11)]
    [TestCase(0x21)]
    [TestCase(0x22)]
    [TestCase(0x31)]
    [TestCase(0x14)]
    [TestCase(0x42)]
    public void Any_subsampling_is_read(byte factors) =>
        Assert.That(JpegHeader.ReadSize(Frame(0xC0, 8, 65_535, 65_534, 3, factors)), Is.EqualTo((65_535L, 65_534L)));

    [TestCase(0xC0)]
    [TestCase(0xC1)]
    [TestCase(0xC2)]
    [TestCase(0xC9)]
    [TestCase(0xCA)]
    public void Sequential_progressive_and_arithmetic_frames_are_read(byte marker) =>
        Assert.That(JpegHeader.ReadSize(Frame(marker, 8, 5, 7, 3, 0x11)), Is.EqualTo((5L, 7L)));

    [TestCase(0xC3, 8, 3, "lossless")]
    [TestCase(0xCB, 8, 3, "lossless")]
    [TestCase(0xC5, 8, 3, "hierarchical")]
    [TestCase(0xCE, 8, 3, "hierarchical")]
    [TestCase(0xC1, 12, 3, "12 bits a sample")]
    [TestCase(0xC0, 8, 4, "4 components (CMYK)")]
    [TestCase(0xC0, 8, 2, "2 components")]
    public void Other_kinds_are_refused_by_name(byte marker, int precision, int components, string message) => Assert.That(
        () => JpegHeader.ReadSize(Frame(marker, precision, 5, 7, components, 0x11)),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));

    [Test]
    public void A_header_cut_off_is_refused([Range(2, 20)] int length) => Assert.That(
        () => JpegHeader.ReadSize(Frame(0xC0, 8, 5, 7, 3, 0x11).AsSpan(0, length)), Throws.InstanceOf<InvalidDataException>());

    [TestCase(0xD9)]
    [TestCase(0xDA)]
    public void A_file_without_a_frame_is_refused(byte marker) => Assert.That(
        () => JpegHeader.ReadSize([0xFF, 0xD8, 0xFF, marker, 0, 2]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no frame header"));

    /// <summary>A file of a comment, a fill byte and a frame header.</summary>
    private static byte[] Frame(byte marker, int precision, int rows, int columns, int components, byte factors) =>
    [
        0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xFF, marker, 0, (byte)(8 + (3 * components)), (byte)precision, (byte)(rows >> 8), (byte)rows,
        (byte)(columns >> 8), (byte)columns, (byte)components,
        .. Enumerable.Range(1, components).SelectMany(component => new[] { (byte)component, component == 1 ? factors : (byte)0x11, (byte)0 }),
    ];
}
