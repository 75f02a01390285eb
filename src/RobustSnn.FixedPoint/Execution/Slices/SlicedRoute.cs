using RobustSnn.Engine.Layout;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>Where sums bit by bit are faster than sums of 16-bit lanes.</summary>
internal static class SlicedRoute
{
    /// <summary>Connections of an output above which the turn from bits to numbers is paid for.</summary>
    private const int WorthwhileConnections = 16;

    /// <summary>
    /// Fraction of the positions of words of 64 that there must be. 512 to 512 channels, 90 % pruned, 7 bits: a word costs 0.50 ms bit by bit, and lanes of
    /// 16 bits 0.28 ms for each eight positions (2026-11-28, one thread of Zen 4).
    /// </summary>
    private const double WorthwhileFilling = 3.0 / 8;

    /// <param name="positions">Of all images of a batch.</param>
    public static bool Pays(ConvolutionGeometry geometry, int connections, long positions)
    {
        var words = (positions + SlicedTurn.Positions - 1) / SlicedTurn.Positions;
        return connections >= (long)WorthwhileConnections * geometry.Outputs && positions >= WorthwhileFilling * words * SlicedTurn.Positions;
    }
}
