namespace RobustSnn.FixedPoint.Quantisation;

/// <summary>Between what a current of the network in floats lies, whatever fires.</summary>
internal readonly record struct RealRange(double Low, double High)
{
    /// <summary>The largest that it can be, its sign left out.</summary>
    public double Magnitude => Math.Max(Math.Abs(Low), Math.Abs(High));

    public static RealRange operator +(RealRange left, RealRange right) => new(left.Low + right.Low, left.High + right.High);

    public static RealRange operator *(double factor, RealRange range) =>
        factor >= 0 ? new RealRange(factor * range.Low, factor * range.High) : new RealRange(factor * range.High, factor * range.Low);
}
