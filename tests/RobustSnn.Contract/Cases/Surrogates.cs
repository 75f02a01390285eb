using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract.Cases;

public static class Surrogates
{
    /// <summary>The 17 of the ensemble (METHODS 8), in its order.</summary>
    public static readonly Surrogate[] All =
    [
        .. Of(SurrogateKind.PiecewiseLinear, 1, 2, 3, 0.5f, 0.25f),
        .. Of(SurrogateKind.DampedExponential, 0.5f, 1, 2),
        .. Of(SurrogateKind.Exponential, 0.5f, 1, 2),
        .. Of(SurrogateKind.Rectangular, 0.25f, 0.5f, 1, 2, 4),
        .. Of(SurrogateKind.StraightThrough, 1),
    ];

    private static IEnumerable<Surrogate> Of(SurrogateKind kind, params float[] widths) => widths.Select(width => new Surrogate(kind, width));
}
