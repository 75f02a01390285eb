namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>Scales of a channel: how many units of its integers a current of 1 is.</summary>
internal static class ChannelScale
{
    /// <summary>What sums and thresholds are planned to stay within: rounding adds to them, and 32 bits hold twice as much.</summary>
    public const double Room = 1 << 30;

    /// <summary>What a channel is scaled to where nothing else says: more resolution than 16 bits have is of no use.</summary>
    public const double Resolution = 1 << 15;

    /// <summary>The largest scale at which so large a number stays within the limit.</summary>
    public static double Largest(double limit, double magnitude) => magnitude > 0 ? limit / magnitude : double.PositiveInfinity;

    /// <summary>The power of two at or below.</summary>
    public static double PowerOfTwo(double most) => double.IsInfinity(most) ? 1 : Math.ScaleB(1, Exponent(most));

    /// <summary>
    /// The largest scale up to <paramref name="most"/> at which the threshold is a whole number; below 1 there is none, and it is 0. Spikes depend on
    /// the ratio of currents to thresholds only, so that nothing is lost where neurons alone read the currents, and the threshold loses nothing either.
    /// </summary>
    public static double Whole(double most, double threshold) => Math.Floor(most * threshold) / threshold;

    /// <summary>Of the power of two at or below a scale.</summary>
    public static int Exponent(double scale) => Math.ILogB(scale);
}
