using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine;

/// <summary>
/// Which values parameters may have: all are finite, running variances are at least 0, thresholds above 0. A gradient's sign of NaN is 0,
/// so that an attack on a network with one such value stands still and the network looks robust.
/// </summary>
public static class ParameterCheck
{
    /// <summary>The first value that no parameter may have: tensor, index in the dense tensor, value and what was expected; null where all are good.</summary>
    public static string? FirstBad(ParameterSet parameters)
    {
        foreach (var parameter in parameters.All)
        {
            if (FirstBad(parameter.Specification, parameter.Value.ToArray(), parameter.Pattern) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>As above, of one parameter's values on the host.</summary>
    /// <param name="values">Its existing values, in the pattern's order; all of the dense tensor where there is no pattern.</param>
    public static string? FirstBad(Parameter parameter, ReadOnlySpan<float> values, SparsityPattern? pattern)
    {
        var (kind, expected) = (parameter.Kind, Expected(parameter.Kind));
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (!float.IsFinite(value) || (kind.IsRunningVariance && value < 0) || (kind.IsThreshold && value <= 0))
            {
                var index = pattern is null ? i : pattern.Existing[i];
                return $"tensor '{parameter.Name}', element {index}: expected {expected}, found {value.ToString(CultureInfo.InvariantCulture)}";
            }
        }

        return null;
    }

    private static string Expected(ParameterKind kind) => kind switch
    {
        { IsRunningVariance: true } => "a finite variance of at least 0",
        { IsThreshold: true } => "a finite threshold above 0",
        _ => "a finite number",
    };
}
