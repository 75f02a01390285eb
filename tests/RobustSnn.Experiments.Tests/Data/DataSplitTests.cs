using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class DataSplitTests
{
    // 40 of class 0, 20 of class 1, 13 of class 2.
    private static readonly ImageSet Set = Sets.Make(
        new Shape(1, 1, 1), [.. Enumerable.Repeat(0, 40), .. Enumerable.Repeat(1, 20), .. Enumerable.Repeat(2, 13)]);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7)]
    [TestCase(72)]
    public void Every_image_is_in_exactly_one_part(int validation)
    {
        var split = DataSplit.Stratified(Set, validation, seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(split.Validation, Has.Length.EqualTo(validation));
            Assert.That(split.Training.Concat(split.Validation), Is.EquivalentTo(Enumerable.Range(0, Set.Count)));
            Assert.That(split.Training, Is.Ordered);
            Assert.That(split.Validation, Is.Ordered);
        });
    }

    // Exact shares of 10: 5.48, 2.74, 1.78; of 7: 3.84, 1.92, 1.25; of 1: 0.55, 0.27, 0.18.
    [TestCase(10, new[] { 5, 3, 2 })]
    [TestCase(7, new[] { 4, 2, 1 })]
    [TestCase(1, new[] { 1, 0, 0 })]
    public void Classes_keep_their_shares(int validation, int[] expected)
    {
        var split = DataSplit.Stratified(Set, validation, seed: 1);
        Assert.That(
            Enumerable.Range(0, 3).Select(label => split.Validation.Count(index => Set.Labels[index] == label)), Is.EqualTo(expected));
    }

    [Test]
    public void The_same_seed_gives_the_same_split() => Assert.That(
        DataSplit.Stratified(Set, 10, seed: 9).Validation, Is.EqualTo(DataSplit.Stratified(Set, 10, seed: 9).Validation));

    [Test]
    public void Another_seed_gives_another_split() => Assert.That(
        DataSplit.Stratified(Set, 10, seed: 9).Validation, Is.Not.EqualTo(DataSplit.Stratified(Set, 10, seed: 10).Validation));

    [TestCase(-1)]
    [TestCase(73)]
    [TestCase(100)]
    public void A_count_that_leaves_nothing_is_refused(int validation) => Refused.With(
        () => DataSplit.Stratified(Set, validation, seed: 1), $"{validation} validation images", "out of 73", "0 … 72");
}
