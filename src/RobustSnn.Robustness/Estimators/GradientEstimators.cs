using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Estimators;

/// <summary>The estimators of the ensembles, as data (METHODS 8).</summary>
public static class GradientEstimators
{
    /// <summary>The 19 members of an ensemble, in the order in which they run.</summary>
    public static IReadOnlyList<GradientEstimator> Ensemble { get; } =
    [
        .. Family(SurrogateKind.PiecewiseLinear, 1f, 2f, 3f, 0.5f, 0.25f),
        .. Family(SurrogateKind.DampedExponential, 0.5f, 1f, 2f),
        .. Family(SurrogateKind.Exponential, 0.5f, 1f, 2f),
        .. Family(SurrogateKind.Rectangular, 0.25f, 0.5f, 1f, 2f, 4f),
        .. Family(SurrogateKind.StraightThrough, 1f),
        GradientEstimator.Rate,
        GradientEstimator.Activation,
    ];

    /// <summary>The member of that name.</summary>
    /// <exception cref="BadInputException">There is none; the message names the nearest.</exception>
    public static GradientEstimator Parse(string name)
    {
        foreach (var estimator in Ensemble)
        {
            if (estimator.Name == name)
            {
                return estimator;
            }
        }

        var nearest = string.Join(", ", Spelling.nearest(Ensemble.Select(each => each.Name), name));
        throw new BadInputException(
            $"There is no gradient estimator '{name}'. The nearest are {nearest}. Expected one of the {Ensemble.Count} of the ensemble.");
    }

    internal static string NameOf(SurrogateKind kind) => kind switch
    {
        SurrogateKind.PiecewiseLinear => "PCW",
        SurrogateKind.DampedExponential => "EXP-D",
        SurrogateKind.Exponential => "EXP",
        SurrogateKind.Rectangular => "RECT",
        SurrogateKind.StraightThrough => "STE",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a surrogate"),
    };

    private static IEnumerable<GradientEstimator> Family(SurrogateKind kind, params float[] widths) =>
        widths.Select(width => GradientEstimator.Through(new Surrogate(kind, width)));
}
