namespace RobustSnn.Robustness.Diagnosis;

/// <summary>A network that works at one T alone: what is robust may be the accident of that T.</summary>
internal static class OtherTimesteps
{
    public const string Name = "timesteps";

    public static DiagnosisCheck Check(Patient patient)
    {
        var timesteps = patient.Classifier.Timesteps;
        if (timesteps == 0)
        {
            return DiagnosisCheck.Of(Name, false, "With T = 0 the network has no timesteps that could change it.", new DiagnosisNumber("timesteps", 0));
        }

        if (patient.Others is not { } others)
        {
            return DiagnosisCheck.NotChecked(Name, "the network was not given with another T");
        }

        using var classifier = others(patient.Classifier.Batch, timesteps + 1);
        var (now, later) = (patient.Said, Logits.Of(classifier, patient.Shown, patient.Cancellation));
        bool[] before = [.. Enumerable.Range(0, patient.Shown.Count).Select(i => now.Predictions[i] == patient.Shown.Label(i))];
        bool[] after = [.. Enumerable.Range(0, patient.Shown.Count).Select(i => later.Predictions[i] == patient.Shown.Label(i))];
        var test = PairedTest.Of(before, after);
        var fall = (double)(test.Lost - test.Gained) / before.Length;
        return DiagnosisCheck.Of(Name, test.IsLoss && fall > DiagnosisThresholds.OtherTimesteps,
            $"With T = {timesteps + 1} in place of {timesteps}, {Words.Part(now.ChangedIn(later), before.Length)} predictions change and clean accuracy goes from "
                + $"{Share(before)} to {Share(after)} (exact McNemar test that it falls, one-sided: {Words.Chance(test.LossChance)}).",
            new("share of predictions that change", (double)now.ChangedIn(later) / before.Length), new("samples", before.Length),
            new("right before", before.Count(each => each)), new("right after", after.Count(each => each)));

        static string Share(bool[] right) => Words.Percent((double)right.Count(each => each) / right.Length);
    }
}
