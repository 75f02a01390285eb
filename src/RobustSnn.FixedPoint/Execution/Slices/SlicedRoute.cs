using System.Numerics;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>Where sums bit by bit are faster than sums of 16-bit lanes.</summary>
/// <remarks>
/// Nanoseconds of one thread of a Zen 4 at 3.6 GHz, 2026-11-28: layers of VGG-16, 7 and 10 bits. Bit by bit a word of 64 positions costs an output some 170,
/// and a digit 0.75; in lanes, eight positions cost a connection 1.15. Fitted to what whole layers took.
/// </remarks>
internal static class SlicedRoute
{
    private const double OfOutput = 170;
    private const double OfDigit = 0.75;
    private const double OfConnection = 1.15;
    private const int LanePositions = 8;

    /// <param name="outputs">Channels.</param>
    /// <param name="weights">Those that exist.</param>
    /// <param name="inputBits">Words of an input.</param>
    /// <param name="positions">Of all images of a batch.</param>
    public static bool Pays(int outputs, ReadOnlySpan<short> weights, int inputBits, long positions)
    {
        var digits = 0L;
        foreach (var weight in weights)
        {
            digits += Digits(weight);
        }

        var words = (positions + SlicedTurn.Positions - 1) / SlicedTurn.Positions;
        var lanes = (positions + LanePositions - 1) / LanePositions;
        return words * (OfOutput * outputs + OfDigit * digits * inputBits) < lanes * OfConnection * weights.Length;
    }

    /// <summary>Digits of a weight with signs: where a number and its triple differ.</summary>
    private static int Digits(int weight) => BitOperations.PopCount((uint)(Math.Abs(weight) ^ 3 * Math.Abs(weight)));
}
