namespace RobustSnn.FixedPoint;

/// <summary>Between which whole numbers a value lies, both included, whatever fires.</summary>
public readonly record struct SumRange(long Low, long High)
{
    /// <summary>Whether every such value is a 16-bit number.</summary>
    public bool Fits16 => Low >= short.MinValue && High <= short.MaxValue;

    /// <summary>Whether every such value is a 24-bit number.</summary>
    public bool Fits24 => Low >= -(1 << 23) && High < 1 << 23;

    /// <summary>Whether the difference of any two such values is a 32-bit number.</summary>
    public bool Fits31 => Low >= -(1 << 30) && High < 1 << 30;

    public static SumRange operator +(SumRange left, SumRange right) => new(left.Low + right.Low, left.High + right.High);

    /// <summary>Factor times any of its values.</summary>
    public static SumRange operator *(long factor, SumRange range) =>
        factor >= 0 ? new SumRange(factor * range.Low, factor * range.High) : new SumRange(factor * range.High, factor * range.Low);

    /// <summary>At least 0 and at most what it holds and 0, on each side: of sums over some of so many terms.</summary>
    public SumRange WithZero => new(Math.Min(Low, 0), Math.Max(High, 0));

    public override string ToString() => $"{Low} to {High}";
}
