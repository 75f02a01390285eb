using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>
/// The gradient that took parameters through two SGD updates, found from where they ended. It tells whether a case's gradient and its
/// updates belong together.
/// </summary>
internal static class SgdInverse
{
    /// <summary>Solves the two updates from rest, which are linear in the gradient, for each value.</summary>
    public static float[] GradientOfTwoUpdates(ReadOnlySpan<float> before, ReadOnlySpan<float> after, SgdSettings sgd)
    {
        var gradient = new float[before.Length];
        for (var i = 0; i < gradient.Length; i++)
        {
            var still = AfterTwoUpdates(before[i], 0, sgd);
            gradient[i] = (float)((after[i] - still) / Slope(sgd));
        }

        return gradient;
    }

    /// <summary>
    /// Of the gradients that the updates may have had, given that both ends were rounded to float32, the ones nearest to ours: the
    /// difference of neighbouring weights is coarse beside a small gradient.
    /// </summary>
    public static float[] Nearest(
        ReadOnlySpan<float> ours, ReadOnlySpan<float> implied, ReadOnlySpan<float> before, ReadOnlySpan<float> after, SgdSettings sgd)
    {
        var nearest = new float[implied.Length];
        for (var i = 0; i < nearest.Length; i++)
        {
            var rounding = (float)((HalfUnit(before[i]) + HalfUnit(after[i])) / Math.Abs(Slope(sgd)));
            nearest[i] = Math.Clamp(ours[i], implied[i] - rounding, implied[i] + rounding);
        }

        return nearest;
    }

    /// <summary>Change of the end with the gradient; the weight decay's part in it does not depend on the value.</summary>
    private static double Slope(SgdSettings sgd) => AfterTwoUpdates(0, 1, sgd);

    /// <summary>Half a unit in the last place.</summary>
    private static double HalfUnit(float value) => ((double)MathF.BitIncrement(Math.Abs(value)) - Math.Abs(value)) / 2;

    private static double AfterTwoUpdates(double value, double gradient, SgdSettings sgd)
    {
        var first = gradient + sgd.WeightDecay * value;
        var between = value - sgd.LearningRate * first;
        var second = sgd.Momentum * first + gradient + sgd.WeightDecay * between;
        return between - sgd.LearningRate * second;
    }
}
