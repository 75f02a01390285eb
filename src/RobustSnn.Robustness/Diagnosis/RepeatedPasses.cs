namespace RobustSnn.Robustness.Diagnosis;

/// <summary>A network that says something else about the same image the next time: attacks chase noise, and the judgement is drawn by lot.</summary>
internal static class RepeatedPasses
{
    public const string Name = "repeatable";

    public static DiagnosisCheck Check(Patient patient)
    {
        var first = patient.Said;
        var second = Logits.Of(patient.Classifier, patient.Shown, patient.Cancellation);
        var changed = first.ChangedIn(second);
        var difference = first.LargestDifference(second);
        var evaluated = Enumerable.Range(0, patient.Shown.Count)
            .Count(i => patient.Findings.Row(patient.ShownPlaces[i]) is { } row && row.Prediction != first.Predictions[i]);
        return DiagnosisCheck.Of(Name, changed + evaluated > 0 || difference > DiagnosisThresholds.Rounding * first.Largest,
            $"Between two passes over the same {patient.Shown.Count} images the logits differ by {Words.Small(difference)} at most (the largest logit is "
                + $"{Words.Small(first.Largest)}) and {changed} predictions change; {evaluated} are others than in the evaluation.",
            new("largest difference of a logit", difference), new("largest logit", first.Largest), new("predictions that change", changed),
            new("predictions that differ from the evaluation", evaluated));
    }
}
