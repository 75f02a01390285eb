namespace RobustSnn.FixedPoint.Quantisation;

internal static class Rounding
{
    /// <summary>The nearest whole number, halves away from 0.</summary>
    /// <exception cref="OverflowException">It leaves 32 bits.</exception>
    public static int Nearest(double value) => checked((int)Math.Round(value, MidpointRounding.AwayFromZero));
}
