using System.Collections.Immutable;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class MatFileTests
{
    private static readonly ImmutableArray<MatArray> Wanted = [new("a", [2, 2]), new("b", [3, 1])];
    private static readonly double[] A = [1, 2, 3, 255];
    private static readonly double[] B = [7, 0, 9];

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Numbers_are_read_whatever_they_are_stored_as(
        [Values] bool isBigEndian,
        [Values] bool isCompressed,
        [Values("UInt8", "Int16", "UInt16", "Int32", "UInt32", "Single", "Double", "Int64", "UInt64")] string stored)
    {
        var type = Enum.Parse<MatType>(stored);
        var file = new MatWriter(isBigEndian).Add("a", [2, 2], A, type, isCompressed).Add("b", [3, 1], B, type, isCompressed).File();
        Assert.That(Read(file), Is.EqualTo(new[] { A, B }));
    }

    [Test]
    public void Small_elements_are_read([Values] bool isBigEndian, [Values] bool isCompressed)
    {
        var file = new MatWriter(isBigEndian).Add("b", [3, 1], B, MatType.UInt8, isCompressed, isSmall: true)
            .Add("a", [2, 2], A, MatType.UInt8, isCompressed, isSmall: true).File();
        Assert.That(Read(file), Is.EqualTo(new[] { A, B }));
    }

    [Test]
    public void Other_variables_are_left_alone([Values] bool isCompressed)
    {
        var file = new MatWriter().Add("text", [1, 2], [65, 66], MatType.UInt16, isCompressed, flags: 4).Add("b", [3, 1], B, MatType.Int8)
            .Add("a", [2, 2], A, MatType.Double).File();
        Assert.That(Read(file), Is.EqualTo(new[] { A, B }));
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("an empty file", "has 0 bytes", []);
        yield return Case("text", "not that of a MATLAB 5 file", [.. Enumerable.Repeat((byte)'x', 200)]);
        yield return Case("HDF5", "MATLAB 7.3, which is HDF5", [0x89, .. "HDF\r\n"u8, 0x1A, .. "\n"u8]);
        yield return Case("a header of 7.3", "MATLAB 7.3, which is HDF5", new MatWriter().File(0x0200));
        yield return Case("nothing", "no variable a", new MatWriter().File());
        yield return Case("one of two", "no variable b", new MatWriter().Add("a", [2, 2], A, MatType.Double).File());
        yield return Case("twice", "two variables a", new MatWriter().Add("a", [2, 2], A, MatType.Double).Add("a", [2, 2], A, MatType.Double).File());
        yield return Case("another size", "a is 4 × 1, expected 2 × 2", new MatWriter().Add("a", [4, 1], A, MatType.Double).File());
        yield return Case("too few", "a has 24 bytes, expected 4 numbers of 8", new MatWriter().Add("a", [2, 2], B, MatType.Double).File());
        yield return Case("a fraction", "element 1 of a is 2.5", new MatWriter().Add("a", [2, 2], [1, 2.5, 3, 4], MatType.Double).File());
        yield return Case("NaN", "element 0 of a is NaN", new MatWriter().Add("a", [2, 2], [double.NaN, 2, 3, 4], MatType.Double).File());
        yield return Case("too large", "element 3 of a is 256", new MatWriter().Add("a", [2, 2], [1, 2, 3, 256], MatType.UInt16).File());
        yield return Case("negative", "element 0 of a is -1", new MatWriter().Add("a", [2, 2], [-1, 2, 3, 4], MatType.Int8).File());
        yield return Case("complex", "a is no array of real numbers", new MatWriter().Add("a", [2, 2], A, MatType.Double, flags: 0x0806).File());
        yield return Case("a structure", "a is no array of real numbers", new MatWriter().Add("a", [2, 2], A, MatType.Double, flags: 2).File());
        yield return Case("stored as a variable", "stored as type 14", new MatWriter().Add("a", [2, 2], A, MatType.Matrix).File());
        yield return Case("cut off", "it ends at byte", new MatWriter().Add("a", [2, 2], A, MatType.Double).File()[..^3]);
        yield return Case("half a tag", "in the middle", new MatWriter().Add(1, 2, 3).File());
        yield return Case("numbers alone", "type 9, expected a variable", new MatWriter().Add([.. new MatWriter().Word32(9), 0, 0, 0, 0]).File());
        yield return Case("four gigabytes", "of 4294967295 bytes", new MatWriter().Add(14, 0, 0, 0, 255, 255, 255, 255).File());
        yield return Case("damage in a compressed one", "cannot be used", Damaged(-12));
        yield return Case("a wrong checksum", "cannot be used", Damaged(-1));

        static TestCaseData Case(string name, string message, byte[] file) => new TestCaseData(message, file).SetArgDisplayNames(name);

        static byte[] Damaged(int at)
        {
            var file = new MatWriter().Add("a", [2, 2], A, MatType.Double, isCompressed: true).File();
            file[^-at] ^= 0x40;
            return file;
        }
    }

    [TestCaseSource(nameof(Bad))]
    public void A_bad_file_is_refused(string message, byte[] file) =>
        Refused.With(() => Read(file), folder["x.mat"], message, "Expected a test's numbers");

    private double[][] Read(byte[] file) =>
        [.. MatFile.Read(folder.Write("x.mat", file), "a test's numbers", Wanted).Select(array => array.Select(value => (double)value).ToArray())];
}
