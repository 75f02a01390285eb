using RobustSnn.Model;

namespace RobustSnn;

/// <summary>Some images of a stream.</summary>
/// <param name="Pixels">(image, channel, row, column) in [0,1], not normalised: networks do that themselves.</param>
/// <param name="Labels">The class of each image, from 0; null where nobody knows it.</param>
/// <param name="Names">What each image is called, its file for instance; null where they have no names.</param>
public sealed record ImageBatch(float[] Pixels, int[]? Labels = null, IReadOnlyList<string>? Names = null)
{
    /// <summary>How many images of a shape these are.</summary>
    /// <param name="first">The number of the first in its stream, for messages.</param>
    /// <exception cref="BadInputException">They are none, a pixel is not in [0,1], or labels or names are not as many.</exception>
    internal int Count(Shape image, int first)
    {
        int count = Pixels.Length / image.Count;
        if (count == 0 || Pixels.Length % image.Count != 0)
        {
            throw new BadInputException(
                $"Image {first} and those behind it: expected images of {image}, {image.Count} values each, found {Pixels.Length} values in a batch");
        }

        if (Array.FindIndex(Pixels, pixel => pixel is not (>= 0 and <= 1)) is >= 0 and var bad)
        {
            throw new BadInputException(
                $"Image {first + (bad / image.Count)} expected pixels from 0 to 1, found {Pixels[bad]}. Divide bytes by 255; networks normalise themselves.");
        }

        foreach ((string what, int? found) in new[] { ("labels", Labels?.Length), ("names", Names?.Count) })
        {
            if (found is { } other && other != count)
            {
                throw new BadInputException($"Image {first} and those behind it: expected as many {what} as images, {count}, found {other}");
            }
        }

        return count;
    }
}
