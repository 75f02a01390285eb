namespace RobustSnn.Robustness.Ledgers;

/// <summary>What the network makes of a sample's clean image.</summary>
/// <param name="Sample">Its number in its data set.</param>
/// <param name="Label">Its class, from 0.</param>
/// <param name="Prediction">The class that it is taken for; <see cref="Predictions.None"/> where some logit is no finite number.</param>
/// <param name="Margin">
/// The logit of the label minus the largest other: at least 0 where the prediction is right, at most 0 where it is wrong, NaN where there is none.
/// A difference beyond what a float holds is the largest float.
/// </param>
public readonly record struct LedgerRow(int Sample, int Label, int Prediction, float Margin)
{
    // One bit pattern a value, because files of the same evaluation are the same to the byte: one NaN, one zero.
    public float Margin { get; } = float.IsNaN(Margin) ? float.NaN : Math.Clamp(Margin, float.MinValue, float.MaxValue) + 0f;

    /// <summary>Whether the clean image is classified as what it is.</summary>
    public bool IsCorrect => Prediction == Label;

    /// <summary>Whether some logit was no finite number.</summary>
    public bool HasNoClass => Prediction == Predictions.None;
}
