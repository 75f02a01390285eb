namespace RobustSnn.Conformance;

/// <summary>How far values are from what they should be. NaN where anything is NaN, so that no tolerance admits it.</summary>
public static class Deviation
{
    /// <summary>Largest |difference| over the largest |expected|.</summary>
    public static double RelativeToLargest(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        var (difference, largest) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return Ratio(difference, largest);
    }

    /// <summary>Largest |difference| / |expected| of single values.</summary>
    public static double RelativeOfEach(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Ratio(Math.Abs((double)actual[i] - expected[i]), Math.Abs((double)expected[i])));
        }

        return worst;
    }

    /// <summary>Largest |difference| / max(1, |expected|) of single values.</summary>
    public static double Absolute(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs((double)actual[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i])));
        }

        return worst;
    }

    /// <summary>‖actual − expected‖ / max(‖expected‖, floor).</summary>
    public static double RelativeNorm(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double floor = 0)
    {
        var difference = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)actual[i] - expected[i], 2);
        }

        return Ratio(Math.Sqrt(difference), Math.Max(Norm(expected), floor));
    }

    public static double Norm(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Share of values that are not within <paramref name="tolerance"/>, or are NaN.</summary>
    public static double ShareBeyond(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        var beyond = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            beyond += Math.Abs((double)actual[i] - expected[i]) <= tolerance ? 0 : 1;
        }

        return (double)beyond / expected.Length;
    }

    /// <summary>How many values are not within <paramref name="tolerance"/> times the magnitude of what is expected, or are NaN.</summary>
    public static int CountBeyondRelative(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance)
    {
        var beyond = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            beyond += Math.Abs((double)actual[i] - expected[i]) <= tolerance * Math.Abs((double)expected[i]) ? 0 : 1;
        }

        return beyond;
    }

    private static double Ratio(double difference, double scale) => difference == 0 ? 0 : difference / scale;
}
