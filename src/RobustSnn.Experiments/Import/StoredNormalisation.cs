using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Import;

/// <summary>The normalisation that some networks keep as buffers, a value a channel, beside their parameters.</summary>
internal static class StoredNormalisation
{
    private static readonly string[] Means = ["mu", "mean"];
    private static readonly string[] Deviations = ["sigma", "std"];

    /// <summary>Whether a tensor of this name is one of a normalisation's two.</summary>
    public static bool IsBuffer(HostTensor tensor) => IsOneOf(tensor, Means) || IsOneOf(tensor, Deviations);

    /// <summary>What the file says; null where it says nothing.</summary>
    /// <exception cref="BadInputException">One of the two is missing or there twice, or is not one number a channel that single precision has.</exception>
    public static PixelStatistics? Of(TensorFile file)
    {
        HostTensor[] means = [.. file.Tensors.Where(tensor => IsOneOf(tensor, Means))];
        HostTensor[] deviations = [.. file.Tensors.Where(tensor => IsOneOf(tensor, Deviations))];
        return (means, deviations) switch
        {
            ([], []) => null,
            ([var mean], [var deviation]) => new PixelStatistics(
                [.. Values(file, mean, "3 numbers, finite in single precision", PixelStatistics.IsMean)],
                [.. Values(file, deviation, "3 numbers, finite and above 0 in single precision", PixelStatistics.IsDeviation)]),
            _ => throw new BadInputException(
                $"{file.FilePath}: expected one mean and one deviation of a normalisation, found "
                + string.Join(", ", means.Concat(deviations).Select(tensor => $"'{tensor.Name}'")) + "; save the network with one normalisation"),
        };
    }

    // The normalisation stands at the top, or in a module of its own: never as deep as a BatchNorm's statistics, which are running_mean.
    private static bool IsOneOf(HostTensor tensor, string[] names) =>
        tensor.Dimensions.Count is 1 or 3 or 4 && tensor.ElementType.IsFloating() && Array.Exists(
            names, name => tensor.Name == name || tensor.Name.EndsWith($".{name}", StringComparison.Ordinal));

    private static double[] Values(TensorFile file, HostTensor tensor, string expected, Predicate<double> isGood)
    {
        double[] values = tensor.ToDoubles();
        return values.Length == 3 && Array.TrueForAll(values, isGood)
            ? values
            : throw new BadInputException(
                $"{file.FilePath}: tensor '{tensor.Name}' expected {expected}, one a colour, found "
                + $"{(values.Length == 3 ? string.Join(", ", values.Select(value => FormattableString.Invariant($"{value}"))) : $"{values.Length}")}"
                + "; save the network with its normalisation of images");
    }
}
