namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>A value that a sum reads.</summary>
/// <param name="Ranges">Of its values as they are in floats, one a channel.</param>
/// <param name="Scales">How many units 1 is, likewise; of spikes 1, of counts their window.</param>
internal sealed record Summand(RealRange[] Ranges, double[] Scales)
{
    /// <summary>The largest whole number of a channel, its sign left out.</summary>
    public double Largest(int channel) => Ranges[channel].Magnitude * Scales[channel];
}

/// <summary>Brings a sum of two values to integers: its scales, factors and shift.</summary>
internal static class SumRounding
{
    /// <param name="first">Coefficient of the shortcut, as <paramref name="second"/> is of the residual.</param>
    /// <param name="readers">Chooses among the scales that are left.</param>
    /// <returns>The sum, and how many units 1 is of each channel.</returns>
    public static (IntegerSum Sum, double[] Scales) Of(double first, Summand shortcut, double second, Summand residual, CurrentScales readers)
    {
        double[] scales = [.. Enumerable.Range(0, shortcut.Scales.Length).Select(Scale)];
        double[] firsts = Factors(first, shortcut);
        double[] seconds = Factors(second, residual);

        // So many bits behind the point that what is rounded off both factors is at most half a unit of the sum, if 32 bits hold them.
        var bits = (int)Math.Ceiling(Math.Log2(Enumerable.Range(0, scales.Length).Max(channel => 1 + shortcut.Largest(channel) + residual.Largest(channel))));
        var room = (int)Math.Floor(Math.Log2(ChannelScale.Largest(ChannelScale.Room, firsts.Concat(seconds).Max(Math.Abs))));
        var shift = Math.Clamp(Math.Min(bits, room), 0, IntegerSum.MostShift);
        return (new IntegerSum(Rounded(firsts), Rounded(seconds), shift, [.. scales.Select(ChannelScale.Exponent)]), scales);

        // As fine as 16 bits allow, but no coarser than what is added up.
        double Scale(int channel) => readers.Choose(channel, Math.Max(
            ChannelScale.Largest(ChannelScale.Resolution, readers.Reach(channel)), Math.Max(shortcut.Scales[channel], residual.Scales[channel])));

        double[] Factors(double coefficient, Summand summand) => [.. scales.Select((scale, channel) => coefficient * scale / summand.Scales[channel])];

        int[] Rounded(double[] factors) => Array.ConvertAll(factors, factor => Rounding.Nearest(Math.ScaleB(factor, shift)));
    }
}
