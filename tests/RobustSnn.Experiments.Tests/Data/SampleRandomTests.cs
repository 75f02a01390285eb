using FsCheck.Fluent;
using FsCheck;
using NUnit.Framework;
using RobustSnn.Engine.Randomness;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class SampleRandomTests
{
    [TestCase(0u, 0)]
    [TestCase(1u, 1)]
    [TestCase(2u, 2)]
    [TestCase(3u, 3)]
    [TestCase(4u, 0)]
    [TestCase(7u, 3)]
    public void A_draw_is_a_word_of_Philox(uint draw, int word)
    {
        var block = Philox.Generate(9 | (8ul << 32), (draw / 4) | ((ulong)RandomPurpose.Shuffle << 32), 77);
        uint[] words = [block.Item1, block.Item2, block.Item3, block.Item4];
        Assert.That(new SampleRandom(77, RandomPurpose.Shuffle, epoch: 8, index: 9).Word(draw), Is.EqualTo(words[word]));
    }

    [FsCheck.NUnit.Property]
    public bool A_bounded_draw_stays_below(ulong seed, uint index, PositiveInt bound, uint draw) =>
        new SampleRandom(seed, RandomPurpose.Split, 0, index).Below(bound.Get, draw) is var value && value >= 0 && value < bound.Get;

    [Test]
    public void A_bounded_draw_is_uniform()
    {
        var counts = new int[7];
        for (uint index = 0; index < 70_000; index++)
        {
            counts[new SampleRandom(3, RandomPurpose.Split, 0, index).Below(7, 0)]++;
        }

        // 10,000 ± 93: five deviations.
        Assert.That(counts, Is.All.InRange(9_537, 10_463));
    }

    [Test]
    public void A_bound_of_zero_is_refused() =>
        Assert.That(() => new SampleRandom(1, RandomPurpose.Split, 0, 0).Below(0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [FsCheck.NUnit.Property]
    public bool Shuffling_permutes(ulong seed, uint epoch, NonNegativeInt size)
    {
        var items = Enumerable.Range(0, size.Get).ToArray();
        SampleRandom.Shuffle(items, new(seed, 0, epoch), RandomPurpose.Shuffle);
        return items.Order().SequenceEqual(Enumerable.Range(0, size.Get));
    }

    [Test]
    public void Every_order_of_three_is_as_likely()
    {
        var counts = new Dictionary<string, int>();
        for (uint epoch = 0; epoch < 12_000; epoch++)
        {
            int[] items = [0, 1, 2];
            SampleRandom.Shuffle(items, new(5, 0, epoch), RandomPurpose.Shuffle);
            var order = string.Concat(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        // Six orders, 2,000 ± 41 each: five deviations.
        Assert.Multiple(() =>
        {
            Assert.That(counts, Has.Count.EqualTo(6));
            Assert.That(counts.Values, Is.All.InRange(1_796, 2_204));
        });
    }

    [Test]
    public void Purposes_do_not_share_draws() => Assert.That(
        Enum.GetValues<RandomPurpose>().Select(purpose => new SampleRandom(1, purpose, 0, 0).Word(0)), Is.Unique);

    [Test]
    public void Stages_epochs_samples_and_purposes_do_not_share_draws() => Assert.That(
        from purpose in Enum.GetValues<RandomPurpose>()
        from stage in Enumerable.Range(0, 6)
        from epoch in Enumerable.Range(0, 6)
        from sample in Enumerable.Range(0, 6)
        select new SampleRandom(new ImagePass(1, (uint)stage, (uint)epoch), purpose, (uint)sample).Words(0),
        Is.Unique);
}
