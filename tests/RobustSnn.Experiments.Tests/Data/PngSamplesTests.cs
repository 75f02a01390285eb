using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>Samples of PNG come out as they are stored, whatever their depth, colour type and colour space.</summary>
[TestFixture]
public sealed class PngSamplesTests
{
    private const int Grey = 40;

    // 16-bit values halfway between two bytes and at the ends: v / 257, rounded.
    private static readonly int[] Sixteen = [0, 128, 129, 385, 386, 10_280, 32_767, 65_535];
    private static readonly int[] Eight = [0, 0, 1, 1, 2, 40, 127, 255];

    private static readonly (string, byte[])[] ColourSpaces =
    [
        ("gAMA", [0, 1, 0x86, 0xA0]), ("gAMA", [0, 0, 0xB1, 0x8F]), ("sRGB", [0]), ("cHRM", new byte[32]), ("iCCP", "x\0\0broken"u8.ToArray()),
        ("tEXt", "Comment\0hello"u8.ToArray()), ("zTXt", "Comment\0\0broken"u8.ToArray()), ("sBIT", [5, 5, 5]),
    ];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    private static IEnumerable<TestCaseData> Kinds()
    {
        yield return Case("grey, 1 bit", [0, 255, 255, 0, 0, 0, 255, 0], 1, PngColour.Grey, [0b0110_0010]);
        yield return Case("grey, 2 bits", [0, 85, 170, 255, 255, 170, 85, 0], 2, PngColour.Grey, [0b0001_1011, 0b1110_0100]);
        yield return Case("grey, 4 bits", [0, 17, 34, 51, 204, 221, 238, 255], 4, PngColour.Grey, [0x01, 0x23, 0xCD, 0xEF]);
        yield return Case("grey, 8 bits", Eight, 8, PngColour.Grey, [.. Eight.Select(value => (byte)value)]);
        yield return Case("grey, 16 bits", Eight, 16, PngColour.Grey, PngWriter.Sixteen(Sixteen));
        yield return Case("grey with alpha, 8 bits", Eight, 8, PngColour.GreyAlpha, [.. Eight.SelectMany(value => new[] { (byte)value, (byte)255 })]);
        yield return Case(
            "grey with alpha, 16 bits", Eight, 16, PngColour.GreyAlpha, PngWriter.Sixteen([.. Sixteen.SelectMany(value => new[] { value, 65_535 })]));
        yield return Case("colour, 8 bits", Eight, 8, PngColour.Colour, [.. Eight.SelectMany(value => Enumerable.Repeat((byte)value, 3))]);
        yield return Case(
            "colour, 16 bits", Eight, 16, PngColour.Colour, PngWriter.Sixteen([.. Sixteen.SelectMany(value => Enumerable.Repeat(value, 3))]));
        yield return Case(
            "colour with alpha, 16 bits", Eight, 16, PngColour.ColourAlpha,
            PngWriter.Sixteen([.. Sixteen.SelectMany(value => new[] { value, value, value, 65_535 })]));
        yield return Case(
            "palette, 4 bits", Eight, 4, PngColour.Palette, [0x01, 0x23, 0x45, 0x67],
            ("PLTE", [.. Eight.SelectMany(value => Enumerable.Repeat((byte)value, 3))]));
        yield return Case("grey, 16 bits, a transparent grey that does not occur", Eight, 16, PngColour.Grey, PngWriter.Sixteen(Sixteen), ("tRNS", [0, 7]));
        foreach (var space in ColourSpaces)
        {
            yield return Case($"grey, 8 bits, {space.Item1}", Eight, 8, PngColour.Grey, [.. Eight.Select(value => (byte)value)], space);
            yield return Case($"grey, 16 bits, {space.Item1}", Eight, 16, PngColour.Grey, PngWriter.Sixteen(Sixteen), space);
        }

        static TestCaseData Case(string name, int[] expected, int depth, PngColour colour, byte[] line, params (string, byte[])[] chunks) =>
            new TestCaseData(PngWriter.Write(8, 1, depth, colour, line, chunks), expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Samples_keep_their_values(byte[] png, int[] expected) => Assert.That(
        Decode(png, rows: 1, columns: 8).Select(value => (int)value), Is.EqualTo(expected.Concat(expected).Concat(expected)));

    private static IEnumerable<TestCaseData> Transparent()
    {
        yield return Case("alpha, 8 bits", PngWriter.Write(1, 1, 8, PngColour.GreyAlpha, [Grey, 254]));
        yield return Case("alpha, 16 bits", PngWriter.Write(1, 1, 16, PngColour.GreyAlpha, PngWriter.Sixteen(Grey, 0)));
        yield return Case("a transparent grey", PngWriter.Write(1, 1, 8, PngColour.Grey, [Grey], ("tRNS", [0, Grey])));
        yield return Case("a transparent grey, 16 bits", PngWriter.Write(1, 1, 16, PngColour.Grey, PngWriter.Sixteen(Grey), ("tRNS", [0, Grey])));
        yield return Case(
            "a transparent colour of a palette", PngWriter.Write(1, 1, 8, PngColour.Palette, [0], ("PLTE", [1, 2, 3]), ("tRNS", [0])));

        static TestCaseData Case(string name, byte[] png) => new TestCaseData(png).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Transparent))]
    public void Transparent_pixels_are_refused(byte[] png) => Refused.With(() => Decode(png, 1, 1), "1.png", "transparent pixels");

    [TestCase(10_000, 10_000)]
    [TestCase(26_000, 26_000)]
    [TestCase(int.MaxValue, int.MaxValue)]
    [TestCase(-1, 1)]
    public void A_header_of_too_many_pixels_is_refused(int columns, int rows)
    {
        var path = folder.Write("1.png", PngWriter.Write(columns, rows, 8, PngColour.Grey, [1]));
        using var decoder = new ImageDecoder();
        Refused.With(
            () => decoder.ReadShape(path), path, $"{(uint)rows} rows and {(uint)columns} columns", "64000000 pixels", "RSNN_MAX_IMAGE_PIXELS");
    }

    [Test]
    public void A_header_without_pixels_is_refused()
    {
        var path = folder.Write("1.png", PngWriter.Write(0, 5, 8, PngColour.Grey, [1]));
        using var decoder = new ImageDecoder();
        Refused.With(() => decoder.ReadShape(path), path, "5 rows and 0 columns", "at least 1");
    }

    // A file cut off anywhere, in a chunk or between two.
    [Test]
    public void A_truncated_file_is_refused([Range(1, 60, 3)] int missing)
    {
        var png = PngWriter.Write(8, 1, 8, PngColour.Grey, [.. Eight.Select(value => (byte)value)]);
        Refused.With(() => Decode(png[..^missing], 1, 8), "1.png");
    }

    [TestCase(null, 64_000_000)]
    [TestCase("", 64_000_000)]
    [TestCase("1", 1)]
    [TestCase("500000000", 500_000_000)]
    public void The_limit_is_what_the_variable_says(string? text, int expected) => Assert.That(ImageSizeLimit.Parse(text), Is.EqualTo(expected));

    [TestCase("0")]
    [TestCase("-5")]
    [TestCase("many")]
    [TestCase("500000001")]
    [TestCase("99999999999999999999")]
    public void Another_limit_is_refused(string text) =>
        Refused.With(() => ImageSizeLimit.Parse(text), "RSNN_MAX_IMAGE_PIXELS", $"\"{text}\"");

    private byte[] Decode(byte[] png, int rows, int columns)
    {
        var path = folder.Write("1.png", png);
        using var decoder = new ImageDecoder();
        var planes = new byte[3 * rows * columns];
        decoder.Read(path, new(3, rows, columns), "a test", planes);
        return planes;
    }
}
