using System.Globalization;
using RobustSnn.Engine;

namespace RobustSnn.Experiments.Runs;

/// <summary>Whether what training leaves is made of numbers.</summary>
internal static class FiniteState
{
    /// <summary>The first value or momentum that is not finite, in words; null where all are finite.</summary>
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
        return Array.FindIndex(values, value => !float.IsFinite(value)) is var index and >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{what}{parameter.Name}[{parameter.Pattern?.Existing[index] ?? index}] is {values[index]}")
            : null;
    }
}
