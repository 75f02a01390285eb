using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn;

/// <summary>A folder of JPEG and PNG images that nobody has labelled, a batch in memory at a time.</summary>
public static class ImageFolder
{
    /// <summary>The images in the order of their files' names, which are their <see cref="ImageBatch.Names"/>.</summary>
    /// <param name="folder">Images directly in it; hidden files, and files that are no images, are passed over.</param>
    /// <param name="network">Whose size the images must have.</param>
    /// <param name="batch">Images at a time.</param>
    /// <exception cref="ArgumentOutOfRangeException">No image at a time.</exception>
    /// <exception cref="BadInputException">
    /// While the stream is read: there is no such folder, no image in it, or one is damaged or of another size. <see cref="TrainedNetwork.Classify"/> makes
    /// an error of it.
    /// </exception>
    public static IEnumerable<ImageBatch> Read(string folder, TrainedNetwork network, int batch = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return Read(new UnlabelledImages(folder), network.Network.Input, batch);
    }

    private static IEnumerable<ImageBatch> Read(UnlabelledImages images, Shape shape, int size)
    {
        foreach (UnlabelledImage[] some in images.Read(shape).Chunk(size))
        {
            yield return new ImageBatch([.. some.SelectMany(image => image.Pixels)], null, [.. some.Select(image => image.File)]);
        }
    }
}
