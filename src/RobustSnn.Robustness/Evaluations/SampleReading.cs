using RobustSnn.Model;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Batches of a source of samples.</summary>
internal static class SampleReading
{
    /// <summary>Reads as many samples as there are labels, from one on.</summary>
    /// <param name="classes">Of the network.</param>
    /// <exception cref="BadInputException">A label is none of the network's classes.</exception>
    public static void Read(this ISampleSource source, int first, Span<float> pixels, Span<int> labels, Span<int> numbers, int classes)
    {
        var count = pixels.Length / labels.Length;
        for (var i = 0; i < labels.Length; i++)
        {
            source.Read(first + i, pixels.Slice(i * count, count));
            labels[i] = source.Label(first + i);
            numbers[i] = source.Number(first + i);
            RequireClass(first + i, labels[i], classes);
        }
    }

    /// <exception cref="BadInputException">The label is none of the network's classes.</exception>
    public static void RequireClass(int sample, int label, int classes)
    {
        if (label < 0 || label >= classes)
        {
            throw new BadInputException(
                $"Sample {sample} of the data set has label {label}, the network has the classes 0 to " +
                $"{classes - 1}. Evaluate on the data set that the network was made for.");
        }
    }
}
