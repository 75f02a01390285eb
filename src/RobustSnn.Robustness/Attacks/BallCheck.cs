using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>Whether an attack kept to its rules. An evaluation that counts images from outside the ball means nothing.</summary>
public static class BallCheck
{
    /// <summary>What float32 may be off at the ball's edge: pixels are at most 1, so half a unit in the last place is 6e-8.</summary>
    public const float Tolerance = 1e-6f;

    /// <summary>The same of the images in a batch, looked at on the device.</summary>
    /// <exception cref="InvalidOperationException">One is not, or is not a number: the attack is wrong.</exception>
    public static void Verify(string attack, AttackBatch batch, Budget budget)
    {
        var outside = batch.Vector("ball.outside");
        batch.Backend.MarkOutside(batch.Adversarial, batch.Clean, budget, Tolerance, outside, batch.Samples);
        if (batch.CountMarked(outside) > 0)
        {
            Verify(attack, batch.Clean.ToArray((int)batch.PixelCount), batch.DownloadAdversarial(), budget, batch.Classifier.PixelCount);
            throw new InvalidOperationException($"{attack} left its bounds, as the device says and the host does not");
        }
    }

    /// <summary>Every adversarial pixel is in [0,1], and every adversarial image in the ball round the clean one.</summary>
    /// <exception cref="InvalidOperationException">One is not, or is not a number: the attack is wrong.</exception>
    public static void Verify(string attack, ReadOnlySpan<float> clean, ReadOnlySpan<float> adversarial, Budget budget, int pixelsPerSample)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(adversarial.Length, clean.Length);
        for (var i = 0; i < clean.Length; i++)
        {
            var value = adversarial[i];
            var isNear = budget.Norm != Norm.Infinity || Math.Abs(value - clean[i]) <= budget.Radius + Tolerance;
            if (!(value >= 0 && value <= 1 && isNear))
            {
                throw new InvalidOperationException(
                    $"{attack} left its bounds at sample {i / pixelsPerSample}, value {i % pixelsPerSample}: {value} from {clean[i]}, " +
                    $"expected within {budget.Radius} of it and in [0,1].");
            }
        }

        for (var first = 0; first < clean.Length && budget.Norm == Norm.Euclidean; first += pixelsPerSample)
        {
            var distance = Distance(clean.Slice(first, pixelsPerSample), adversarial.Slice(first, pixelsPerSample), Norm.Euclidean);
            if (!(distance <= budget.Radius + Tolerance * Math.Sqrt(pixelsPerSample)))
            {
                throw new InvalidOperationException(
                    $"{attack} left its bounds at sample {first / pixelsPerSample}: {distance} from the clean image in L2, expected at most {budget.Radius}.");
            }
        }
    }

    /// <summary>How far two images are from each other.</summary>
    public static double Distance(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Norm norm)
    {
        var (largest, square) = (0.0, 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            var change = (double)first[i] - second[i];
            largest = Math.Max(largest, Math.Abs(change));
            square += change * change;
        }

        return norm == Norm.Infinity ? largest : Math.Sqrt(square);
    }
}
