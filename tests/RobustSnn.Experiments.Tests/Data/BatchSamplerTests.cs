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

    private static int[] Order(ulong seed, uint epoch, uint stage = 0) =>
        [.. new BatchSampler([.. Indices], 5, dropLast: false).Epoch(new(seed, stage, epoch)).SelectMany(batch => batch.ToArray())];
}
