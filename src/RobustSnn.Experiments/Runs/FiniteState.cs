using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine;

namespace RobustSnn.Experiments.Runs;

/// <summary>Whether what training leaves is made of numbers.</summary>
internal static class FiniteState
{
    /// <summary>
    /// Beyond it the sum of the squares of 10⁸ values, as BatchNorm's variance is one, is no float32 any more: such a state is finite, but
    /// nothing can go on from it.
    /// </summary>
    private const float Largest = 1e15f;

    /// <summary>The first value or momentum that is not finite, or too large to compute with, in words; null where all are numbers.</summary>
    public static string? FirstBad(SpikingModel model) => model.Parameters.All
        .Select(parameter => Describe(parameter, "", parameter.Value) ?? Describe(parameter, "the momentum of ", parameter.Velocity))
        .FirstOrDefault(bad => bad is not null);

    private static string? Describe(ParameterTensor parameter, string what, DeviceBuffer? buffer)
    {
        if (buffer is null)
        {
            return null;
        }

        var values = buffer.ToArray();
        return Array.FindIndex(values, value => !(Math.Abs(value) <= Largest)) is var index and >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{what}{parameter.Name}[{parameter.Pattern?.Existing[index] ?? index}] is {values[index]}")
            : null;
    }
}
