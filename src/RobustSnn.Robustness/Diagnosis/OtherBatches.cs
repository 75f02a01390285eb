namespace RobustSnn.Robustness.Diagnosis;

/// <summary>A prediction that depends on who is beside the image in a batch: no attack on one image is judged as it would be alone.</summary>
internal static class OtherBatches
{
    public const string Name = "batch";

    /// <summary>Asked for where the evaluation itself was one by one.</summary>
    private const int SomeBatch = 16;

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.Others is not { } others)
        {
            return DiagnosisCheck.NotChecked(Name, "the network was not given with another batch");
        }

        var other = patient.Classifier.Batch == 1 ? SomeBatch : 1;
        using var classifier = others(other, patient.Classifier.Timesteps);
        var said = Logits.Of(classifier, patient.Shown, patient.Cancellation);
        var changed = patient.Said.ChangedIn(said);
        var difference = patient.Said.LargestDifference(said);
        return DiagnosisCheck.Of(Name, changed > 0,
            $"Between batches of {patient.Classifier.Batch} and of {other}, {changed} of {patient.Shown.Count} predictions change and logits differ by "
                + $"{Words.Small(difference)} at most.",
            new("predictions that change", changed), new("samples", patient.Shown.Count), new("largest difference of a logit", difference));
    }
}
