using RobustSnn.Model;

namespace RobustSnn;

/// <summary>Streams of images, where all of them are needed at once: an attack comes back to an image again and again.</summary>
internal static class ImageStream
{
    /// <summary>The batches, each looked at.</summary>
    /// <exception cref="BadInputException">There are none, or one is not of the network.</exception>
    public static IReadOnlyList<float[]> Batches(IEnumerable<ImageBatch> images, Shape shape, CancellationToken cancellation)
    {
        var batches = new List<float[]>();
        int count = 0;
        foreach (ImageBatch batch in images)
        {
            cancellation.ThrowIfCancellationRequested();
            count += batch.Count(shape, count);
            batches.Add([.. batch.Pixels]); // a copy: who streams from a camera uses one array again and again
        }

        return batches.Count > 0 ? batches : throw new BadInputException("expected images, found none: the stream is empty");
    }

    /// <summary>All images and their labels.</summary>
    /// <exception cref="BadInputException">There are none, too many for memory, one is not of the network, or some have no labels.</exception>
    public static (float[] Pixels, int[] Labels) Labelled(IEnumerable<ImageBatch> images, Shape shape, CancellationToken cancellation)
    {
        List<int> labels = [];
        IReadOnlyList<float[]> batches = Batches(images.Select(Take), shape, cancellation);
        if ((long)labels.Count * shape.Count > Array.MaxLength)
        {
            throw new BadInputException($"expected at most {Array.MaxLength / shape.Count} images of {shape} at once, found {labels.Count}; take a part of them");
        }

        return ([.. batches.SelectMany(batch => batch)], [.. labels]);

        ImageBatch Take(ImageBatch batch)
        {
            labels.AddRange(batch.Labels ?? throw new BadInputException(
                $"Image {labels.Count} and those behind it: expected labels, found none: without them nobody knows whether the network is right"));
            return batch;
        }
    }
}
