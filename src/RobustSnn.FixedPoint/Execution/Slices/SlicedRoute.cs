using RobustSnn.Engine.Layout;

namespace RobustSnn.FixedPoint.Execution.Slices;

/// <summary>Where sums bit by bit are faster than sums of 16-bit lanes.</summary>
internal static class SlicedRoute
{
    /// <summary>Connections of an output above which the turn from bits to numbers is paid for.</summary>
    private const int WorthwhileConnections = 16;

    /// <summary>Positions that a word of 64 must hold.</summary>
    private const int FewestPositions = 4;

    public static bool Pays(ConvolutionGeometry geometry, int connections, int batch) =>
        connections >= (long)WorthwhileConnections * geometry.Outputs
        && (long)geometry.OutputRows * geometry.OutputColumns * batch >= FewestPositions;
}
