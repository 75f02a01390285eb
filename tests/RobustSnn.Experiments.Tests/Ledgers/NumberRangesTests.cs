using FsCheck;
using RobustSnn.Experiments.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

[TestFixture]
public sealed class NumberRangesTests
{
    [TestCase("0")]
    [TestCase("0-999,1203")]
    [TestCase("3,5,7-8")]
    [TestCase("0-2147483646")]
    public void A_text_comes_back(string text) => Assert.That(NumberRanges.Parse("here", text).ToString(), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("a")]
    [TestCase("1-")]
    [TestCase("-1")]
    [TestCase("1-2-3")]
    [TestCase("2-1")]
    [TestCase("1-1")]
    [TestCase("1,1")]
    [TestCase("5,3")]
    [TestCase("1-3,2-5")]
    [TestCase("1,2")]
    [TestCase("01")]
    [TestCase(" 1")]
    [TestCase("1,")]
    [TestCase("2147483647")]
    public void Another_text_is_refused(string text) => Assert.That(() => NumberRanges.Parse("here", text), Refuses.At("here", "0-999,1203"));

    [Test]
    public void No_numbers_are_no_set() => Assert.That(() => NumberRanges.Of([]), Throws.ArgumentException);

    [FsCheck.NUnit.Property]
    public bool They_are_sets_of_numbers(NonEmptyArray<byte> left, NonEmptyArray<byte> right)
    {
        var (a, b) = (left.Get.Select(each => (int)each).ToHashSet(), right.Get.Select(each => (int)each).ToHashSet());
        var union = NumberRanges.Of(a).Union(NumberRanges.Of(b));
        var read = NumberRanges.Parse("here", union.ToString());
        a.UnionWith(b);
        return union.Count == a.Count && union.Last == a.Max() && union.Equals(NumberRanges.Of(a)) && read.Equals(union)
            && Enumerable.Range(-1, 300).All(number => union.Contains(number) == a.Contains(number));
    }
}
