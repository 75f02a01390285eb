using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Estimators;

/// <summary>The estimators by their names, as data: those of the ensembles (METHODS 8), and others (METHODS 10).</summary>
public static class GradientEstimators
{
    /// <summary>What the name of ASSG begins with; its c follows.</summary>
    private const string AdaptiveSharpness = "bptt.ASSG.";

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

    /// <summary>Those that are in no ensemble, but for ASSG, of which there is one for each c: PDSG, RGA, HART.</summary>
    public static IReadOnlyList<GradientEstimator> Others { get; } =
    [
        GradientEstimator.Through(new AdaptiveSurrogate.Potential()),
        GradientEstimator.MeanCurrent,
        GradientEstimator.MeanGradient,
    ];

    /// <summary>The estimator of that name: of the ensemble or of the others, or ASSG with its c, <c>bptt.ASSG.0.425</c>.</summary>
    /// <exception cref="BadInputException">There is none, or c is not between 0 and 0.5; the message names the nearest.</exception>
    public static GradientEstimator Parse(string name)
    {
        foreach (var estimator in Ensemble.Concat(Others))
        {
            if (estimator.Name == name)
            {
                return estimator;
            }
        }

        if (name.StartsWith(AdaptiveSharpness, StringComparison.Ordinal))
        {
            return GradientEstimator.Through(new AdaptiveSurrogate.Sharpness(Sharpness(name)));
        }

        var example = GradientEstimator.Through(new AdaptiveSurrogate.Sharpness(AdaptiveSurrogate.Sharpness.DefaultC)).Name;
        var nearest = string.Join(", ", Spelling.nearest([.. Ensemble.Concat(Others).Select(each => each.Name), example], name));
        throw new BadInputException($"There is no gradient estimator '{name}'. The nearest are {nearest}. " +
            $"Expected one of the {Ensemble.Count} of the ensemble, {string.Join(", ", Others)}, or {example} with any number between 0 and 0.5.");
    }

    private static double Sharpness(string name)
    {
        var text = name[AdaptiveSharpness.Length..];
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 0.5
            ? value
            : throw new BadInputException($"The gradient estimator '{name}': its c expected a number between 0 and 0.5, found '{text}'. "
                + "Its authors use 0.425, and search from 0.35 to 0.49.");
    }

    internal static string NameOf(SurrogateKind kind) => kind switch
    {
        SurrogateKind.PiecewiseLinear => "PCW",
        SurrogateKind.DampedExponential => "EXP-D",
        SurrogateKind.Exponential => "EXP",
        SurrogateKind.Rectangular => "RECT",
        SurrogateKind.StraightThrough => "STE",
    };

    private static IEnumerable<GradientEstimator> Family(SurrogateKind kind, params float[] widths) =>
        widths.Select(width => GradientEstimator.Through(new Surrogate(kind, width)));
}
