using System.Globalization;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>A part of the images of an evaluation, by their range: <c>3/16</c> is the third of sixteen, as equal as can be.</summary>
/// <param name="Part">From 1.</param>
/// <param name="Of">How many parts there are.</param>
public readonly record struct Shard(int Part, int Of)
{
    /// <exception cref="BadInputException">It is not as <see cref="ToString"/> writes it, or there is no such part.</exception>
    public static Shard Parse(string text)
    {
        var numbers = text.Split('/');
        return numbers.Length == 2 && Read(numbers[0]) is { } part && Read(numbers[1]) is { } of && part <= of
            ? new Shard(part, of)
            : throw new BadInputException($"--shard: expected the part and the number of parts, such as 3/16 for the third of sixteen, found '{text}'");

        static int? Read(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
                && text == value.ToString(CultureInfo.InvariantCulture) ? value : null;
    }

    /// <summary>That part of the images.</summary>
    /// <exception cref="BadInputException">There are more parts than images.</exception>
    public ImageSamples Take(ImageSamples images)
    {
        if (Of > images.Count)
        {
            throw new BadInputException($"--shard: expected at most as many parts as there are images, {images.Count}, found {Of}");
        }

        var (first, end) = ((int)((long)images.Count * (Part - 1) / Of), (int)((long)images.Count * Part / Of));
        return images.Between(first, end);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}/{Of}");
}
