using NUnit.Framework;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class BatchSamplerTests
{
    private static readonly int[] Indices = Enumerable.Range(0, 23).Select(i => 100 + (3 * i)).ToArray();

    [TestCase(5, false, new[] { 5, 5, 5, 5, 3 })]
    [TestCase(5, true, new[] { 5, 5, 5, 5 })]
    [TestCase(23, true, new[] { 23 })]
    [TestCase(40, false, new[] { 23 })]
    [TestCase(1, true, new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public void Batches_have_the_size_asked_for(int size, bool dropLast, int[] expected)
    {
        var sampler = new BatchSampler([.. Indices], size, dropLast);
        Assert.Multiple(() =>
        {
            Assert.That(sampler.Epoch(new(1, 0, 0)).Select(batch => batch.Length), Is.EqualTo(expected));
            Assert.That(sampler.BatchesPerEpoch, Is.EqualTo(expected.Length));
        });
    }

    [Test]
    public void An_epoch_has_every_image_once() => Assert.That(Order(seed: 1, epoch: 0), Is.EquivalentTo(Indices));

    [Test]
    public void A_dropped_batch_repeats_nothing()
    {
        var sampler = new BatchSampler([.. Indices], 5, dropLast: true);
        Assert.That(sampler.Epoch(new(1, 0, 0)).SelectMany(batch => batch.ToArray()), Is.Unique.And.SubsetOf(Indices));
    }

    [Test]
    public void The_same_seed_and_epoch_give_the_same_order() =>
        Assert.That(Order(seed: 1, epoch: 4), Is.EqualTo(Order(seed: 1, epoch: 4)));

    [TestCase(1ul, 5u)]
    [TestCase(2ul, 4u)]
    public void Another_epoch_or_seed_gives_another_order(ulong seed, uint epoch) =>
        Assert.That(Order(seed, epoch), Is.Not.EqualTo(Order(seed: 1, epoch: 4)));

    [TestCase(1u)]
    [TestCase(4u)]
    public void Another_stage_gives_another_order(uint stage) =>
        Assert.That(Order(seed: 1, epoch: 4, stage), Is.Not.EqualTo(Order(seed: 1, epoch: 4)));

    [TestCase(0)]
    [TestCase(-3)]
    public void A_batch_without_images_is_refused(int size) =>
        Refused.With(() => _ = new BatchSampler([.. Indices], size, false), $"batch size is {size}", "at least 1");

    [Test]
    public void Nothing_to_go_through_is_refused() => Refused.With(() => _ = new BatchSampler([], 4, false), "no images");

    [Test]
    public void Dropping_the_only_batch_is_refused() =>
        Refused.With(() => _ = new BatchSampler([.. Indices], 24, dropLast: true), "23 images do not fill one batch of 24");

    [TestCase(6, 0.5, new[] { 6, 6, 6, 6, 6, 6, 6, 4 })]
    [TestCase(10, 0.3, new[] { 10, 10, 10, 2 })]
    [TestCase(60, 0.5, new[] { 46 })]
    public void Batches_have_their_share_of_extra_images(int size, double share, int[] expected)
    {
        var sampler = new BatchSampler([.. Indices], size, dropLast: false, new(1000, 500, share));
        var batches = sampler.Epoch(new(1, 0, 0)).Select(batch => batch.ToArray()).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(batches.Select(batch => batch.Length), Is.EqualTo(expected));
            Assert.That(batches[0].Count(index => index >= 1000), Is.EqualTo((int)(share * batches[0].Length)));
            Assert.That(batches.SelectMany(batch => batch).Where(index => index < 1000), Is.EquivalentTo(Indices), "an epoch is one of the data set's own");
            Assert.That(batches.SelectMany(batch => batch).Where(index => index >= 1000), Is.Unique.And.All.LessThan(1500));
            Assert.That((sampler.ImagesPerEpoch, sampler.LargestBatch, sampler.SmallestBatch), Is.EqualTo((expected.Sum(), expected[0], expected[^1])));
        });
    }

    // 22 extra images an epoch of 30: the first round ends in the second epoch, the third in the fifth.
    [Test]
    public void Extra_images_all_come_before_one_comes_again()
    {
        var extra = Enumerable.Range(0, 5).SelectMany(epoch => Extra(epoch, 30)).ToArray();
        Assert.Multiple(() =>
        {
            for (var round = 0; round < 3; round++)
            {
                Assert.That(extra.Skip(30 * round).Take(30), Is.EquivalentTo(Enumerable.Range(1000, 30)), $"round {round}");
            }

            Assert.That(extra[..30], Is.Not.EqualTo(extra[30..60]), "in another order");
        });
    }

    [Test]
    public void Few_extra_images_come_several_times_an_epoch() =>
        Assert.That(Extra(3, 5).GroupBy(index => index).Select(group => group.Count()), Is.All.InRange(4, 5).And.Exactly(5).Items);

    [Test]
    public void The_data_sets_own_images_come_in_the_order_that_they_have_alone()
    {
        var mixed = new BatchSampler([.. Indices], 6, dropLast: false, new(1000, 500, 0.5)).Epoch(new(7, 1, 2)).SelectMany(batch => batch.ToArray());
        Assert.That(mixed.Where(index => index < 1000), Is.EqualTo(Order(seed: 7, epoch: 2, stage: 1)));
    }

    [TestCase(4, 0.9)]
    [TestCase(4, 0.1)]
    [TestCase(1, 0.5)]
    public void A_share_that_leaves_none_of_a_kind_is_refused(int size, double share) =>
        Refused.With(() => _ = new BatchSampler([.. Indices], size, false, new(1000, 500, share)), "data.extra.share", $"a batch of {size}", "at least 1 of each");

    private static int[] Extra(int epoch, int count) =>
        [.. new BatchSampler([.. Indices], 6, dropLast: false, new(1000, count, 0.5)).Epoch(new(1, 2, (uint)epoch))
            .SelectMany(batch => batch.ToArray()).Where(index => index >= 1000)];

    private static int[] Order(ulong seed, uint epoch, uint stage = 0) =>
        [.. new BatchSampler([.. Indices], 5, dropLast: false).Epoch(new(seed, stage, epoch)).SelectMany(batch => batch.ToArray())];
}
