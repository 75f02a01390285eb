using System.Runtime.ExceptionServices;

namespace RobustSnn.Experiments.Data;

/// <summary>A batch in memory, until the next one is asked for.</summary>
public sealed class LoadedBatch
{
    private readonly float[] pixels;
    private readonly int[] labels;
    private readonly int imageSize;
    private ReadOnlyMemory<int> numbers;

    internal LoadedBatch(int largest, int imageSize)
    {
        pixels = new float[largest * imageSize];
        labels = new int[largest];
        this.imageSize = imageSize;
    }

    /// <summary>The images' numbers.</summary>
    public ReadOnlySpan<int> Numbers => numbers.Span;

    /// <summary>(sample, channel, row, column), in [0,1].</summary>
    public ReadOnlySpan<float> Pixels => pixels.AsSpan(0, numbers.Length * imageSize);

    public ReadOnlySpan<int> Labels => labels.AsSpan(0, numbers.Length);

    internal void Fill(BatchRecipe recipe, ReadOnlyMemory<int> batch, ImagePass pass)
    {
        numbers = batch;
        recipe.Augmentation.CopyImages(recipe.Images, batch.Span, recipe.Statistics, pass, pixels.AsSpan(0, batch.Length * imageSize));
        recipe.Images.CopyLabels(batch.Span, labels.AsSpan(0, batch.Length));
    }
}

/// <summary>What batches are made of.</summary>
/// <param name="Images">By the numbers that <paramref name="Sampler"/> gives.</param>
/// <param name="Sampler">Which images are a batch.</param>
/// <param name="Augmentation">How they are changed.</param>
/// <param name="Statistics">Of the data set.</param>
public sealed record BatchRecipe(IImages Images, BatchSampler Sampler, Augmentation Augmentation, PixelStatistics Statistics);

/// <summary>
/// Loads the next batches beside whoever works on one: a thread of its own fills two ahead. They have the same bits as if they were loaded
/// when asked for, since what happens to an image depends on its number alone. After the first batches nothing is allocated but a little
/// an epoch.
/// </summary>
public sealed class BatchLoader(BatchRecipe recipe)
{
    private const int Ahead = 2;

    // Those that wait, and the one that is worked on.
    private readonly LoadedBatch[] batches =
        [.. Enumerable.Range(0, Ahead + 1).Select(_ => new LoadedBatch(recipe.Sampler.LargestBatch, recipe.Images.ImageShape.Count))];

    /// <summary>The batches of one pass, in order. Each is good until the next one is asked for; one pass at a time.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; thrown where the next batch is asked for, as is everything that goes wrong.</exception>
    public IEnumerable<LoadedBatch> Epoch(ImagePass pass, CancellationToken cancellation)
    {
        using var loading = new Loading(recipe, batches, pass, cancellation);
        for (var batch = 0; batch < recipe.Sampler.BatchesPerEpoch; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            loading.Wait(batch);
            yield return batches[batch % batches.Length];
            loading.Release();
        }
    }

    /// <summary>The thread that loads one pass.</summary>
    private sealed class Loading : IDisposable
    {
        private readonly SemaphoreSlim free;
        private readonly SemaphoreSlim filled = new(0);
        private readonly Thread thread;
        private volatile bool stopping;
        private volatile int loaded;
        private ExceptionDispatchInfo? failure;

        public Loading(BatchRecipe recipe, LoadedBatch[] batches, ImagePass pass, CancellationToken cancellation)
        {
            free = new(batches.Length);
            thread = new Thread(() => Load(recipe, batches, pass, cancellation)) { IsBackground = true, Name = "batches" };
            thread.Start();
        }

        /// <summary>Waits until a batch is there, or throws what keeps it from coming.</summary>
        public void Wait(int batch)
        {
            filled.Wait();
            if (loaded <= batch)
            {
                failure!.Throw();
            }
        }

        /// <summary>Gives a batch's memory back.</summary>
        public void Release() => free.Release();

        public void Dispose()
        {
            stopping = true;
            free.Release();
            thread.Join();
            free.Dispose();
            filled.Dispose();
        }

        private void Load(BatchRecipe recipe, LoadedBatch[] batches, ImagePass pass, CancellationToken cancellation)
        {
            try
            {
                foreach (var batch in recipe.Sampler.Epoch(pass))
                {
                    free.Wait();
                    if (stopping)
                    {
                        return;
                    }

                    cancellation.ThrowIfCancellationRequested();
                    batches[loaded % batches.Length].Fill(recipe, batch, pass);
                    loaded++;
                    filled.Release();
                }
            }
            catch (Exception error)
            {
                // Whatever it is, it belongs to whoever waits for the batch: on a thread of its own it would end the process.
                failure = ExceptionDispatchInfo.Capture(error);
                filled.Release();
            }
        }
    }
}
