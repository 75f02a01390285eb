namespace RobustSnn.FixedPoint;

/// <summary>
/// A sum of two values, weighted or plain, in integers: (first[c] · x + second[c] · y + half) >> shift, where half is 2^(shift − 1), or 0 where
/// nothing is shifted away. The shift rounds towards the nearest whole number, halves up. It stands for that number times 2^−exponent[c].
/// </summary>
/// <param name="First">Factor of the shortcut, one a channel.</param>
/// <param name="Second">Factor of the residual, one a channel.</param>
/// <param name="Shift">From 0 to 30.</param>
/// <param name="Exponents">Of the sums, one a channel.</param>
public sealed record IntegerSum(int[] First, int[] Second, int Shift, int[] Exponents)
{
    /// <summary>Bits that may be shifted away.</summary>
    public const int MostShift = 30;
}
