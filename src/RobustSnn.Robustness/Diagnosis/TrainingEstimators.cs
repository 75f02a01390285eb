using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// The estimator whose gradients the network was trained with is the one that training has taught to mislead: accuracy under it alone flatters. A
/// doubt where a figure rests on it alone; one of an ensemble has the others' answer in it.
/// </summary>
internal static class TrainingEstimators
{
    public const string Name = "training estimator";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.Classifier.Timesteps == 0)
        {
            return DiagnosisCheck.Of(Name, false, "With T = 0 every estimator is the same gradient.", new DiagnosisNumber("timesteps", 0));
        }

        if (patient.Options.TrainingEstimator?.Name is not { } own)
        {
            return DiagnosisCheck.NotChecked(Name, "it is not known with which estimator the network was trained");
        }

        var findings = patient.Findings;
        var ensembles = findings.WhiteBox.GroupBy(member => member.Attack)
            .Where(members => members.Count() > 1 && members.Any(member => member.Estimator == own)).ToArray();
        if (ensembles.Length == 0)
        {
            return DiagnosisCheck.NotChecked(Name, $"no attack was made with {own} and with other estimators within {Words.Of(patient.Options.Budget)}");
        }

        return ensembles.Select(members => Compare(findings, [.. members], own)).OfType<Gap>().MaxBy(gap => gap.Points) is { } gap
            ? Of(gap, own, FiguresOf(patient, own))
            : DiagnosisCheck.NotChecked(Name, $"{own} was not asked for all samples that the network gets right: in {ensembles[0].Key}_ens others come "
                + $"before it. Make {ensembles[0].Key} with surrogate={own}, too");
    }

    private static DiagnosisCheck Of(Gap gap, string own, string[] figures) => DiagnosisCheck.Of(
        Name, gap.Test.IsLoss && gap.Points > DiagnosisThresholds.Points && figures.Length > 0,
        $"Under {gap.Attack} accuracy of {gap.Samples} samples that the network gets right is {Words.Percent((double)gap.Own / gap.Samples)} with {own}, "
            + $"which the network was trained with, and {Words.Percent((double)gap.All / gap.Samples)} with {gap.Estimators} estimators together "
            + $"(exact McNemar test, one-sided: {Words.Chance(gap.Test.LossChance)}); figures that rest on {own} alone: {(figures.Length == 0 ? "none" : string.Join(", ", figures))}.",
        new("samples", gap.Samples), new("left by the training estimator", gap.Own), new("left by all estimators", gap.All));

    /// <summary>Attacks that were made with that estimator and no other.</summary>
    private static string[] FiguresOf(Patient patient, string own) =>
    [
        .. patient.Result.Attacks.Where(attack => attack.Budget == patient.Options.Budget && attack.Members.Count > 0
            && attack.Members.All(member => member.Estimator == own && !EvaluatedFindings.IsTransferred(member.Attack))).Select(attack => attack.Attack),
    ];

    /// <summary>Null where the estimator was not asked for some sample.</summary>
    private static Gap? Compare(EvaluatedFindings findings, LedgerMember[] members, string own)
    {
        var trained = Array.Find(members, member => member.Estimator == own);
        if (findings.Right.Count < DiagnosisThresholds.LeastSamples || findings.Right.Any(place => findings.Find(place, trained) is null))
        {
            return null;
        }

        bool[] alone = [.. findings.Right.Select(place => findings.IsBroken(place, [trained]) == false)];
        bool[] together = [.. findings.Right.Select(place => findings.IsBroken(place, members) == false)];
        return new Gap(trained.Attack, members.Length, alone.Length, alone.Count(each => each), together.Count(each => each), PairedTest.Of(alone, together));
    }

    /// <param name="Own">Samples that the training estimator left.</param>
    /// <param name="All">Samples that all estimators left.</param>
    private sealed record Gap(string Attack, int Estimators, int Samples, int Own, int All, PairedTest Test)
    {
        public double Points => (double)(Own - All) / Samples;
    }
}
