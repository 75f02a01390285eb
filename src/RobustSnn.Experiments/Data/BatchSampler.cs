using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Goes through images in a new random order every epoch; the order is a pure function of the pass: seed, stage and epoch.</summary>
public sealed class BatchSampler
{
    private readonly ImmutableArray<int> indices;
    private readonly int batchSize;
    private readonly bool dropLast;

    /// <param name="indices">The images to go through.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
    /// <exception cref="BadInputException">No batch would come of it.</exception>
    public BatchSampler(ImmutableArray<int> indices, int batchSize, bool dropLast)
    {
        if (batchSize < 1)
        {
            throw new BadInputException($"The batch size is {batchSize}, expected at least 1.");
        }

        if (indices.IsDefaultOrEmpty)
        {
            throw new BadInputException("There are no images to make batches of.");
        }

        if (dropLast && indices.Length < batchSize)
        {
            throw new BadInputException(
                $"{indices.Length} images do not fill one batch of {batchSize}, and partial batches are dropped. "
                + "Use a smaller batch or more images.");
        }

        this.indices = indices;
        this.batchSize = batchSize;
        this.dropLast = dropLast;
    }

    public int BatchesPerEpoch => (indices.Length / batchSize) + (!dropLast && indices.Length % batchSize > 0 ? 1 : 0);

    /// <summary>The batches of one pass, in order, as the samples' numbers in their set. Every image occurs once, but for those of a dropped last batch.</summary>
    public IEnumerable<ReadOnlyMemory<int>> Epoch(ImagePass pass)
    {
        var order = indices.ToArray();
        SampleRandom.Shuffle(order, pass, RandomPurpose.Shuffle);
        for (var batch = 0; batch < BatchesPerEpoch; batch++)
        {
            var start = batch * batchSize;
            yield return order.AsMemory(start, Math.Min(batchSize, order.Length - start));
        }
    }
}
