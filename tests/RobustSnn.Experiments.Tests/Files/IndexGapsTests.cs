using FsCheck;
using FsCheck.Fluent;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Experiments.Tests.Files;

/// <summary>Indices as gaps of a byte.</summary>
[TestFixture]
public sealed class IndexGapsTests
{
    [TestCase(new int[0], new byte[0])]
    [TestCase(new[] { 0, 1, 2 }, new byte[] { 0, 0, 0 })]
    [TestCase(new[] { 3, 10 }, new byte[] { 3, 6 })]
    [TestCase(new[] { 254 }, new byte[] { 254 })]
    [TestCase(new[] { 255 }, new byte[] { 255, 0 })]
    [TestCase(new[] { 0, 511, 512 }, new byte[] { 0, 255, 255, 0, 0 })]
    public void They_are_written_and_read(int[] indices, byte[] gaps)
    {
        Assert.That(IndexGaps.Of(indices), Is.EqualTo(gaps));
        Assert.That(IndexGaps.Read(gaps), Is.EqualTo(indices));
    }

    [FsCheck.NUnit.Property]
    public Property Whatever_is_written_is_read() => Prop.ForAll(
        Gen.Choose(0, 2000).ListOf().Select(each => each.Distinct().Order().ToArray()).ToArbitrary(),
        indices => IndexGaps.Read(IndexGaps.Of(indices))!.SequenceEqual(indices));

    [Test]
    public void What_ends_with_no_index_is_none([Values(1, 2)] int beyond) =>
        Assert.That(IndexGaps.Read([1, .. Enumerable.Repeat(byte.MaxValue, beyond)]), Is.Null);

    [Test]
    public void An_index_beyond_an_int_is_none()
    {
        var longest = new byte[int.MaxValue / byte.MaxValue + 1];
        Array.Fill(longest, byte.MaxValue);
        longest[^1] = int.MaxValue % byte.MaxValue;
        Assert.That(IndexGaps.Read(longest), Is.EqualTo(new[] { int.MaxValue }));
        longest[^1]++;
        Assert.That(IndexGaps.Read(longest), Is.Null);
    }
}
