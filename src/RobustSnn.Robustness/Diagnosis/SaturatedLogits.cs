namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// Logits so far apart that the softmax of the predicted class is 1 in single precision, to within a unit in the last place: the gradient of the
/// cross-entropy by its logit is lost to rounding, and what attacks follow is what rounding left.
/// </summary>
internal static class SaturatedLogits
{
    public const string Name = "saturation";

    /// <summary>Of single precision at 1: 2⁻²³.</summary>
    private const double LastPlace = 1.0 / (1 << 23);

    public static DiagnosisCheck Check(Patient patient)
    {
        var said = patient.Said;
        int[] right = [.. Enumerable.Range(0, patient.Shown.Count).Where(i => said.Predictions[i] == patient.Shown.Label(i))];
        if (right.Length == 0)
        {
            return DiagnosisCheck.NotChecked(Name, $"the network gets none of {patient.Shown.Count} samples right");
        }

        var saturated = right.Count(i => Rest(said[i], said.Predictions[i]) <= LastPlace);
        return DiagnosisCheck.Of(Name, saturated > DiagnosisThresholds.Saturated * right.Length,
            $"On {Words.Part(saturated, right.Length)} clean images that are classified correctly the softmax is 1 in single precision, so that "
                + "cross-entropy has no exact gradient; a loss that does not depend on the logits' scale, such as that of apgd-dlr, has one.",
            new("samples", right.Length), new("saturated samples", saturated));
    }

    /// <summary>The probability of all other classes over that of the predicted one.</summary>
    private static double Rest(ReadOnlySpan<float> logits, int prediction)
    {
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            sum += i == prediction ? 0 : Math.Exp((double)logits[i] - logits[prediction]);
        }

        return sum;
    }
}
