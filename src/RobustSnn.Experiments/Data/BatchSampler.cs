using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>Images that are mixed into batches besides those that an epoch goes through.</summary>
/// <param name="First">The number of the first; the others follow it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Share">Of every batch, above 0 and below 1.</param>
public readonly record struct ExtraShare(int First, int Count, double Share);

/// <summary>
/// Goes through images in a new random order every epoch; the order is a pure function of the pass: seed, stage and epoch. Of extra images
/// every batch has a share besides. They are gone through in a random order, too, but from epoch to epoch: none comes again before all
/// have come.
/// </summary>
public sealed class BatchSampler
{
    private readonly ImmutableArray<int> indices;
    private readonly ExtraShare extra;
    private readonly int ownPerBatch;
    private readonly int extraPerBatch;
    private readonly bool dropLast;

    /// <param name="indices">The images to go through.</param>
    /// <param name="batchSize">Images in a batch, extra ones included.</param>
    /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
    /// <param name="extra">What is mixed in; its share is rounded to whole images a batch. Nothing where left out.</param>
    /// <exception cref="BadInputException">No batch would come of it, or the share leaves no image of one of the two kinds in a batch.</exception>
    public BatchSampler(ImmutableArray<int> indices, int batchSize, bool dropLast, ExtraShare extra = default)
    {
        if (batchSize < 1)
        {
            throw new BadInputException($"The batch size is {batchSize}, expected at least 1.");
        }

        if (indices.IsDefaultOrEmpty)
        {
            throw new BadInputException("There are no images to make batches of.");
        }

        extraPerBatch = extra.Count == 0 ? 0 : (int)Math.Round(extra.Share * batchSize);
        ownPerBatch = batchSize - extraPerBatch;
        if (ownPerBatch < 1 || (extra.Count > 0 && extraPerBatch < 1))
        {
            throw new BadInputException(
                $"data.extra.share: {extra.Share} of a batch of {batchSize} are {extraPerBatch} extra images and {ownPerBatch} of the data set, expected at "
                + "least 1 of each; use larger batches or another share.");
        }

        if (dropLast && indices.Length < ownPerBatch)
        {
            throw new BadInputException(
                $"{indices.Length} images do not fill one batch of {batchSize}, and partial batches are dropped. "
                + "Use a smaller batch or more images.");
        }

        this.indices = indices;
        this.extra = extra;
        this.dropLast = dropLast;
    }

    public int BatchesPerEpoch => (indices.Length / ownPerBatch) + (!dropLast && indices.Length % ownPerBatch > 0 ? 1 : 0);

    /// <summary>Images of all batches of an epoch, extra ones included.</summary>
    public int ImagesPerEpoch => ((BatchesPerEpoch - 1) * LargestBatch) + SmallestBatch;

    /// <summary>Images of the first batch; no batch has more.</summary>
    public int LargestBatch => SizeOf(OwnIn(0));

    /// <summary>Images of the last batch; no batch has fewer.</summary>
    public int SmallestBatch => SizeOf(OwnIn(BatchesPerEpoch - 1));

    /// <summary>
    /// The batches of one pass, in order, as the samples' numbers in their set: those that the epoch goes through first, then extra ones.
    /// Every image of the former occurs once, but for those of a dropped last batch.
    /// </summary>
    public IEnumerable<ReadOnlyMemory<int>> Epoch(ImagePass pass)
    {
        var order = indices.ToArray();
        SampleRandom.Shuffle(order, pass, RandomPurpose.Shuffle);
        var extras = ExtraOf(pass).GetEnumerator();
        var batches = new int[ImagesPerEpoch];
        var (start, done) = (0, 0);
        for (var batch = 0; batch < BatchesPerEpoch; batch++)
        {
            var (own, size) = (OwnIn(batch), SizeOf(OwnIn(batch)));
            order.AsSpan(done, own).CopyTo(batches.AsSpan(start));
            for (var i = own; i < size; i++)
            {
                extras.MoveNext();
                batches[start + i] = extras.Current;
            }

            yield return batches.AsMemory(start, size);
            start += size;
            done += own;
        }
    }

    /// <summary>
    /// The extra images from where earlier epochs of the stage have left off, without end. Every round through all of them has an order of
    /// its own.
    /// </summary>
    private IEnumerable<int> ExtraOf(ImagePass pass)
    {
        if (extra.Count == 0)
        {
            yield break;
        }

        var before = (long)(ImagesPerEpoch - OwnPerEpoch) * pass.Epoch;
        var order = new int[extra.Count];
        for (var round = (uint)(before / extra.Count); ; round++)
        {
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = extra.First + i;
            }

            SampleRandom.Shuffle(order, pass with { Epoch = round }, RandomPurpose.ExtraShuffle);
            for (var i = round == before / extra.Count ? (int)(before % extra.Count) : 0; i < order.Length; i++)
            {
                yield return order[i];
            }
        }
    }

    private int OwnPerEpoch => dropLast ? BatchesPerEpoch * ownPerBatch : indices.Length;

    private int OwnIn(int batch) => Math.Min(ownPerBatch, indices.Length - (batch * ownPerBatch));

    /// <summary>With its extra images, in a batch that is not full as many as keep the share.</summary>
    private int SizeOf(int own) => own + (int)((long)own * extraPerBatch / ownPerBatch);
}
