namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// Attacks that do not see the network's gradients beat those that do: then gradients mislead, and the figure says how well they are hidden.
/// </summary>
internal static class BlackBox
{
    public const string Name = "black box";

    public static DiagnosisCheck Check(Patient patient)
    {
        var findings = patient.Findings;
        var samples = findings.Right
            .Select(place => (White: findings.IsBroken(place, findings.WhiteBox), Black: findings.IsBroken(place, findings.BlackBox))).ToArray();
        var tried = samples.Count(sample => sample is { White: not null, Black: not null } or { White: true });
        if (tried == 0 || !samples.Any(sample => sample.Black is not null))
        {
            return DiagnosisCheck.NotChecked(Name, $"within {Words.Of(patient.Options.Budget)} no attack with the network's gradients and one without them "
                + "(square, or one made on another network) were made on the same samples");
        }

        var only = samples.Count(sample => sample is { White: false, Black: true });
        var chance = PairedTest.AtLeast(only, tried, DiagnosisThresholds.OnlyBlackBox);
        var pairs = samples.Where(sample => sample is { White: not null, Black: not null }).ToArray();
        var test = PairedTest.Of([.. pairs.Select(sample => sample.White == false)], [.. pairs.Select(sample => sample.Black == false)]);

        // Where the black box was asked for the survivors alone, nothing says what it would have left of the others.
        var isCompared = pairs.Length == samples.Length;
        var compared = isCompared
            ? $" accuracy of all that it gets right is {Words.Percent((double)pairs.Count(sample => sample.Black == false) / pairs.Length)} under them and "
                + $"{Words.Percent((double)pairs.Count(sample => sample.White == false) / pairs.Length)} under those with gradients "
                + $"(exact McNemar test that it is lower, one-sided: {Words.Chance(test.LossChance)})."
            : " these were not made on all samples, so that accuracies cannot be compared.";
        return DiagnosisCheck.Of(Name, chance <= DiagnosisThresholds.Significance || (isCompared && test.IsLoss),
            $"{Words.Part(only, tried)} samples fell only to attacks that do not see the network's gradients (exact binomial test against "
                + $"{Words.Percent(DiagnosisThresholds.OnlyBlackBox)}, one-sided: {Words.Chance(chance)});{compared}",
            new("samples", tried), new("broken by a black box only", only), new("compared samples", isCompared ? pairs.Length : 0),
            new("broken by a white box only, of these", isCompared ? test.Gained : 0));
    }
}
