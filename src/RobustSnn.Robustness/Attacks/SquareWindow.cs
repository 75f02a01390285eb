namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// The change that Square in L2 makes to a window of one channel (Andriushchenko et al., ECCV 2020): two peaks of opposite sign, one in its upper and
/// one in its lower half. A peak is a sum of squares round its centre, the k-th of 2k − 1 pixels a side and of height 1/k², of length 1 in L2 like
/// the whole.
/// </summary>
public static class SquareWindow
{
    /// <summary>The change (row, column), of length 1.</summary>
    /// <param name="side">Rows and columns; at least 1. A window of one row is all lower half.</param>
    public static double[] Peaks(int side)
    {
        var window = new double[side * side];
        var upper = side / 2;
        AddPeak(window.AsSpan(0, upper * side), upper, side, 1);
        AddPeak(window.AsSpan(upper * side), side - upper, side, -1);
        Normalise(window, 1);
        return window;
    }

    private static void AddPeak(Span<double> half, int rows, int columns, double sign)
    {
        var last = Math.Max(rows / 2, columns / 2);
        for (var i = 0; i < half.Length; i++)
        {
            var ring = Math.Max(Math.Abs(i / columns - rows / 2), Math.Abs(i % columns - columns / 2));
            for (var k = ring + 1; k <= last + 1; k++)
            {
                half[i] += 1.0 / ((double)k * k);
            }
        }

        Normalise(half, sign);
    }

    private static void Normalise(Span<double> values, double length)
    {
        var squares = 0.0;
        foreach (var each in values)
        {
            squares += each * each;
        }

        foreach (ref var each in values)
        {
            each *= length / Math.Sqrt(squares);
        }
    }
}
