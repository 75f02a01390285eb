namespace RobustSnn.Robustness;

/// <summary>From logits to classes.</summary>
public static class Predictions
{
    /// <summary>What a sample is classified as that has no finite number among its logits: never correct.</summary>
    public const int None = -1;

    /// <summary>The class with the largest logit, the first of equals, or <see cref="None"/>.</summary>
    /// <param name="logits">(sample, class)</param>
    public static void Of(ReadOnlySpan<float> logits, int classes, Span<int> predictions)
    {
        for (var sample = 0; sample < predictions.Length; sample++)
        {
            predictions[sample] = Largest(logits.Slice(sample * classes, classes));
        }
    }

    /// <summary>The label's logit minus the largest other: below 0, the sample is misclassified. NaN where some logit is no finite number.</summary>
    /// <param name="logits">Of one sample.</param>
    public static float Margin(ReadOnlySpan<float> logits, int label)
    {
        var other = float.NegativeInfinity;
        for (var i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i]))
            {
                return float.NaN;
            }

            other = i == label ? other : Math.Max(other, logits[i]);
        }

        return logits[label] - other;
    }

    /// <summary>How many of the predictions are the labels.</summary>
    public static int CountCorrect(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        var correct = 0;
        for (var sample = 0; sample < predictions.Length; sample++)
        {
            correct += predictions[sample] == labels[sample] ? 1 : 0;
        }

        return correct;
    }

    private static int Largest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var label = 0; label < logits.Length; label++)
        {
            if (!float.IsFinite(logits[label]))
            {
                return None;
            }

            best = logits[label] > logits[best] ? label : best;
        }

        return best;
    }
}
