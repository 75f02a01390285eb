using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
[CancelAfter(30_000)]
public sealed class BatchLoaderTests
{
    private static readonly Shape Small = new(3, 8, 8);
    private static readonly ImageSet Set = Sets.Make(Small, [.. Enumerable.Range(0, 101).Select(index => index % 7)]);
    private static readonly PixelStatistics Statistics = new([0.1, 0.2, 0.3], [1, 1, 1]);

    [TestCase(1)]
    [TestCase(8)]
    [TestCase(33)]
    [TestCase(200)]
    public void Batches_have_the_bits_that_they_have_without(int size)
    {
        var recipe = Recipe(size);
        var loader = new BatchLoader(recipe);
        for (uint epoch = 0; epoch < 3; epoch++)
        {
            var pass = new ImagePass(5, 1, epoch);
            var loaded = loader.Epoch(pass, CancellationToken.None)
                .Select(batch => (Numbers: batch.Numbers.ToArray(), Labels: batch.Labels.ToArray(), Pixels: batch.Pixels.ToArray())).ToArray();
            var plain = recipe.Sampler.Epoch(pass).Select(batch => batch.ToArray()).ToArray();
            Assert.That(loaded.Select(batch => batch.Numbers), Is.EqualTo(plain));
            for (var i = 0; i < plain.Length; i++)
            {
                var pixels = new float[plain[i].Length * Small.Count];
                var labels = new int[plain[i].Length];
                recipe.Augmentation.CopyImages(Set, plain[i], Statistics, pass, pixels);
                Set.CopyLabels(plain[i], labels);
                Assert.That(loaded[i].Pixels, Is.EqualTo(pixels));
                Assert.That(loaded[i].Labels, Is.EqualTo(labels));
            }
        }
    }

    // Whoever works on a batch for long must not see the next ones written over it.
    [Test]
    public void A_batch_stays_until_the_next_is_asked_for()
    {
        foreach (var batch in new BatchLoader(Recipe(4)).Epoch(new(1, 0, 0), CancellationToken.None))
        {
            var (numbers, pixels) = (batch.Numbers.ToArray(), batch.Pixels.ToArray());
            Thread.Sleep(5);
            Assert.That(batch.Numbers.ToArray(), Is.EqualTo(numbers));
            Assert.That(batch.Pixels.ToArray(), Is.EqualTo(pixels));
        }
    }

    [Test]
    public void At_most_two_batches_are_loaded_ahead()
    {
        var images = new CountingImages(Set);
        using var batches = new BatchLoader(Recipe(4) with { Images = images }).Epoch(new(1, 0, 0), CancellationToken.None).GetEnumerator();
        batches.MoveNext();
        batches.MoveNext();

        // The first is given back: the second is worked on, and two wait.
        SpinWait.SpinUntil(() => images.Batches == 4, TimeSpan.FromSeconds(5));
        Thread.Sleep(50);
        Assert.That(images.Batches, Is.EqualTo(4));
    }

    [Test]
    public void What_goes_wrong_is_thrown_at_whoever_waits_and_batches_before_it_come()
    {
        var done = 0;
        var loader = new BatchLoader(Recipe(4) with { Images = new CountingImages(Set) { FailsAt = 5 } });
        Assert.That(
            () =>
            {
                foreach (var _ in loader.Epoch(new(1, 0, 0), CancellationToken.None))
                {
                    done++;
                }
            },
            Throws.InstanceOf<IOException>().With.Message.EqualTo("batch 5").And.Property(nameof(Exception.StackTrace)).Contains(nameof(CountingImages)));
        Assert.That(done, Is.EqualTo(4));
    }

    [TestCase(0)]
    [TestCase(3)]
    public void Cancelling_is_passed_on(int after)
    {
        using var source = new CancellationTokenSource();
        var done = 0;
        Assert.That(
            () =>
            {
                if (after == 0)
                {
                    source.Cancel();
                }

                foreach (var _ in new BatchLoader(Recipe(4)).Epoch(new(1, 0, 0), source.Token))
                {
                    if (++done == after)
                    {
                        source.Cancel();
                    }
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(done, Is.EqualTo(after));
    }

    [Test]
    public void Leaving_in_the_middle_ends_the_thread_and_the_next_epoch_is_whole()
    {
        var images = new CountingImages(Set);
        var loader = new BatchLoader(Recipe(4) with { Images = images });
        foreach (var _ in loader.Epoch(new(1, 0, 0), CancellationToken.None))
        {
            break;
        }

        var before = images.Batches;
        Thread.Sleep(50);
        Assert.That(images.Batches, Is.EqualTo(before), "nothing is loaded any more");
        Assert.That(loader.Epoch(new(1, 0, 1), CancellationToken.None).Sum(batch => batch.Labels.Length), Is.EqualTo(Set.Count));
    }

    // An epoch has its thread and its order; a batch has nothing.
    [Test]
    [NonParallelizable]
    public void A_batch_allocates_nothing()
    {
        var few = new BatchLoader(Recipe(20));
        var many = new BatchLoader(Recipe(1));
        Allocated(few);
        Allocated(many);
        var (inFew, inMany) = (Enumerable.Range(0, 5).Min(_ => Allocated(few)), Enumerable.Range(0, 5).Min(_ => Allocated(many)));

        // 6 batches against 101.
        Assert.That(inMany, Is.LessThan(inFew + 2_000));

        static long Allocated(BatchLoader loader)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            foreach (var batch in loader.Epoch(new(1, 0, 0), CancellationToken.None))
            {
                _ = batch.Pixels[0];
            }

            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }

    private static BatchRecipe Recipe(int size) =>
        new(Set, new BatchSampler([.. Enumerable.Range(0, Set.Count)], size, dropLast: false), new Augmentation(2, true, 3), Statistics);

    /// <summary>Counts how many batches' labels were asked for, and may fail at one of them.</summary>
    private sealed class CountingImages(ImageSet images) : IImages
    {
        private int batches;

        public int Batches => Volatile.Read(ref batches);

        public int FailsAt { get; init; } = -1;

        public string Name => images.Name;

        public Shape ImageShape => images.ImageShape;

        public ReadOnlySpan<byte> Bytes(int index) => images.Bytes(index);

        public void CopyLabels(ReadOnlySpan<int> indices, Span<int> destination)
        {
            if (Interlocked.Increment(ref batches) == FailsAt)
            {
                throw new IOException($"batch {FailsAt}");
            }

            images.CopyLabels(indices, destination);
        }
    }
}
