namespace RobustSnn.Experiments.Monitoring;

/// <summary>Counts values in buckets of equal width.</summary>
internal static class Histogram
{
    private const int MostBuckets = 30;

    /// <summary>Of finite values, at least one. Values that are all the same are one bucket.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static HistogramMessage Of(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("expected at least one value", nameof(values));
        }

        var (least, largest, sum, squares) = (double.PositiveInfinity, double.NegativeInfinity, 0.0, 0.0);
        foreach (var value in values)
        {
            (least, largest) = (Math.Min(least, value), Math.Max(largest, value));
            (sum, squares) = (sum + value, squares + value * value);
        }

        var buckets = new double[largest > least ? MostBuckets : 1];
        foreach (var value in values)
        {
            var share = largest > least ? (value - least) / (largest - least) : 0;
            buckets[Math.Min((int)(share * buckets.Length), buckets.Length - 1)]++;
        }

        return new HistogramMessage
        {
            Least = least,
            Largest = largest,
            Count = values.Length,
            Sum = sum,
            SumOfSquares = squares,
            Limits = [.. Enumerable.Range(1, buckets.Length).Select(i => i == buckets.Length ? largest : least + (largest - least) * i / buckets.Length)],
            Buckets = buckets,
        };
    }
}
