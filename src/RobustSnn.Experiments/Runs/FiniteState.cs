using System.Globalization;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine;
using RobustSnn.Robustness.Pruning;

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
    /// <param name="masks">Those that are being learned; their state is looked at too.</param>
    public static string? FirstBad(SpikingModel model, LearnedMasks? masks = null) => model.Parameters.All
        .Select(parameter => Describe(parameter, "", parameter.Value) ?? Describe(parameter, "the momentum of ", parameter.Velocity))
        .Concat((masks?.State ?? []).Select(state => Describe(state.Name, state.Read(), null)))
        .FirstOrDefault(bad => bad is not null);

    private static string? Describe(ParameterTensor parameter, string what, DeviceBuffer? buffer) =>
        buffer is null ? null : Describe(what + parameter.Name, buffer.ToArray(), parameter.Pattern);

    private static string? Describe(string name, float[] values, SparsityPattern? pattern) =>
        Array.FindIndex(values, value => !(Math.Abs(value) <= Largest)) is var index and >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name}[{pattern?.Existing[index] ?? index}] is {values[index]}")
            : null;
}
