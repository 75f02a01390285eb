using RobustSnn.Model;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Labelled images in memory, numbered in their order.</summary>
public sealed class ArraySamples : ISampleSource
{
    private readonly float[] images;
    private readonly int[] labels;
    private readonly int pixels;

    /// <param name="images">(sample, channel, row, column) in [0,1].</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <exception cref="BadInputException">They are not equally many, or a pixel is not in [0,1].</exception>
    public ArraySamples(float[] images, int[] labels)
    {
        if (labels.Length == 0 || images.Length % labels.Length != 0)
        {
            throw new BadInputException($"Images expected as many pixels for each of {labels.Length} labels, found {images.Length} pixels.");
        }

        if (Array.FindIndex(images, pixel => pixel is not (>= 0 and <= 1)) is >= 0 and var bad)
        {
            throw new BadInputException(
                $"Image {bad / (images.Length / labels.Length)} expected pixels from 0 to 1, found {images[bad]}. Divide bytes by 255; networks normalise themselves.");
        }

        this.images = images;
        this.labels = labels;
        this.pixels = images.Length / labels.Length;
    }

    public int Count => labels.Length;

    public void Read(int index, Span<float> pixels) => images.AsSpan(index * this.pixels, this.pixels).CopyTo(pixels);

    public int Number(int index) => index;

    public int Label(int index) => labels[index];
}
