namespace RobustSnn.Robustness;

/// <summary>Whether an attack kept to its rules. An evaluation that counts images from outside the ball means nothing.</summary>
public static class BallCheck
{
    /// <summary>What float32 may be off at the ball's edge: pixels are at most 1, so half a unit in the last place is 6e-8.</summary>
    public const float Tolerance = 1e-6f;

    /// <summary>Every adversarial pixel is in [0,1] and within ε of the clean one.</summary>
    /// <exception cref="InvalidOperationException">One is not, or is not a number: the attack is wrong.</exception>
    public static void Verify(string attack, ReadOnlySpan<float> clean, ReadOnlySpan<float> adversarial, float epsilon, int pixelsPerSample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(adversarial.Length, clean.Length);
        for (var i = 0; i < clean.Length; i++)
        {
            var value = adversarial[i];
            if (!(value >= 0 && value <= 1 && Math.Abs(value - clean[i]) <= epsilon + Tolerance))
            {
                throw new InvalidOperationException(
                    $"{attack} left its bounds at sample {i / pixelsPerSample}, value {i % pixelsPerSample}: {value} from {clean[i]}, " +
                    $"expected within {epsilon} of it and in [0,1].");
            }
        }
    }
}
