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
            var slope = AfterTwoUpdates(before[i], 1, sgd) - still;
            gradient[i] = (float)((after[i] - still) / slope);
        }

        return gradient;
    }

    private static double AfterTwoUpdates(double value, double gradient, SgdSettings sgd)
    {
        var first = gradient + sgd.WeightDecay * value;
        var between = value - sgd.LearningRate * first;
        var second = sgd.Momentum * first + gradient + sgd.WeightDecay * between;
        return between - sgd.LearningRate * second;
    }
}
