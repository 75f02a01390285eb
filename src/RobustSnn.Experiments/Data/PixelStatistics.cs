using System.Collections.Immutable;
using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// What a network subtracts from and divides pixels in [0,1] by: one mean and one deviation a channel (METHODS section 3).
/// </summary>
public sealed record PixelStatistics(ImmutableArray<double> Mean, ImmutableArray<double> Deviation)
{
    /// <summary>Of networks that take pixels as they are: (pixel − 0) / 1.</summary>
    public static PixelStatistics None { get; } = new([0, 0, 0], [1, 1, 1]);

    public static PixelStatistics Cifar10 { get; } = new([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]);

    public static PixelStatistics Cifar100 { get; } = new([0.5071, 0.4867, 0.4408], [0.2675, 0.2565, 0.2761]);

    public static PixelStatistics Svhn { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    public static PixelStatistics ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>ImageNet's.</summary>
    public static PixelStatistics TinyImageNet => ImageNet;

    /// <summary>Measured once over 50,000 images of seed 1; constants, so that a network means the same whatever it was trained on.</summary>
    public static PixelStatistics Shapes10 { get; } = new([0.4990, 0.4993, 0.4999], [0.1634, 0.1636, 0.1635]);

    /// <summary>The statistics of every data set that has published ones, by its name.</summary>
    public static ImmutableSortedDictionary<string, PixelStatistics> Known { get; } =
        new Dictionary<string, PixelStatistics>
        {
            ["cifar10"] = Cifar10,
            ["cifar100"] = Cifar100,
            ["imagenet"] = ImageNet,
            ["shapes10"] = Shapes10,
            ["svhn"] = Svhn,
            ["tinyimagenet"] = TinyImageNet,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Whether a number can be a mean in single precision, in which networks compute: it is finite.</summary>
    public static bool IsMean(double value) => float.IsFinite((float)value);

    /// <summary>Whether a number can be a deviation in single precision: it is finite and above 0.</summary>
    public static bool IsDeviation(double value) => float.IsFinite((float)value) && (float)value > 0;

    /// <summary>For sentences: "means 0.5, 0.5, 0.5, deviations 0.2, 0.2, 0.2", or that there are none.</summary>
    public string Describe() => this is { Mean: [0, 0, 0], Deviation: [1, 1, 1] } ? "none, pixels in [0, 1]" : $"means {List(Mean)}, deviations {List(Deviation)}";

    private static string List(ImmutableArray<double> values) =>
        string.Join(", ", values.Select(value => value.ToString("0.######", CultureInfo.InvariantCulture)));

    /// <summary>Mean and deviation over all pixels of all images, for data sets without published ones.</summary>
    /// <exception cref="BadInputException">A channel has the same value everywhere, so that no network could divide by its deviation.</exception>
    public static PixelStatistics Measure(ImageSet images)
    {
        var plane = images.Rows * images.Columns;
        var sums = new ulong[images.Channels];
        var squares = new ulong[images.Channels];
        for (var index = 0; index < images.Count; index++)
        {
            var bytes = images.Bytes(index);
            for (var channel = 0; channel < images.Channels; channel++)
            {
                var (sum, square) = (0ul, 0ul);
                foreach (var value in bytes.Slice(channel * plane, plane))
                {
                    sum += value;
                    square += (ulong)(value * value);
                }

                sums[channel] += sum;
                squares[channel] += square;
            }
        }

        var count = (double)images.Count * plane;
        var means = sums.Select(sum => sum / count).ToArray();
        var deviations = squares.Select((square, channel) => Math.Sqrt((square / count) - (means[channel] * means[channel]))).ToArray();
        var constant = Array.FindIndex(deviations, deviation => !(deviation > 0));
        if (constant >= 0)
        {
            throw new BadInputException(
                $"{images.Name}: channel {constant} is {means[constant]:0} in every pixel of all {images.Count} images, so it cannot be "
                + "normalised. Expected images that differ; check that the right folder is given.");
        }

        return new([.. means.Select(mean => mean / 255)], [.. deviations.Select(deviation => deviation / 255)]);
    }
}
