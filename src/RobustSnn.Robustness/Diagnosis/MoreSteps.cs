namespace RobustSnn.Robustness.Diagnosis;

/// <summary>An attack that leaves more samples with more steps goes astray on the way.</summary>
internal static class MoreSteps
{
    public const string Name = "more steps";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.CannotAttack is { } why)
        {
            return DiagnosisCheck.NotChecked(Name, why);
        }

        var curve = patient.AgainstSteps;
        var pairs = (from more in Enumerable.Range(0, curve.Points.Count)
                     from fewer in Enumerable.Range(0, more)
                     select (Fewer: fewer, More: more, Test: PairedTest.Of(curve.Outcomes[fewer].Robust, curve.Outcomes[more].Robust))).ToArray();
        var (from, to, test) = pairs.MinBy(pair => pair.Test.GainChance);
        var chance = Math.Min(1, pairs.Length * test.GainChance); // of any of them: Bonferroni
        var rises = chance <= DiagnosisThresholds.Significance;
        var found = rises
            ? $"it rises from {curve.Points[from].At:0} to {curve.Points[to].At:0}, where {test.Gained} of {patient.Probe.Samples} samples are right with "
                + $"more steps only and {test.Lost} with fewer only"
            : "it never rises beyond noise";
        return Attacked.Check(Name, curve.Outcomes, rises,
            $"Accuracy with {Attacked.List(curve.Points.Select(point => $"{point.At:0}"))} steps ({curve.Attack} and on) is "
                + $"{Attacked.List(curve.Points.Select(point => Words.Percent(point.Accuracy)))}: {found} "
                + $"(exact McNemar test of each pair, one-sided, Bonferroni's bound for {pairs.Length} of them: {Words.Chance(chance)}).",
            [.. curve.Points.Select(point => new DiagnosisNumber($"right after {point.At:0} steps", point.Correct))]);
    }
}

/// <summary>An attack that still breaks samples when its steps are doubled for the last time had not converged with fewer.</summary>
internal static class Convergence
{
    public const string Name = "convergence";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.CannotAttack is { } why)
        {
            return DiagnosisCheck.NotChecked(Name, why);
        }

        var curve = patient.AgainstSteps;
        var (before, last) = (curve.Outcomes[^2], curve.Outcomes[^1]);
        var test = PairedTest.Of(before.Robust, last.Robust);
        return Attacked.Check(Name, [before, last], test.IsLoss,
            $"The last doubling of steps, from {curve.Points[^2].At:0} to {curve.Points[^1].At:0} ({curve.Attack} and on), takes accuracy from "
                + $"{Words.Percent(before.Share)} to {Words.Percent(last.Share)} of {patient.Probe.Samples} samples that the network gets right "
                + $"(exact McNemar test that it falls, one-sided: {Words.Chance(test.LossChance)}){(test.IsLoss ? ": not converged" : "")}.",
            new("samples", patient.Probe.Samples), new("right with half the steps", before.Count), new("right with all steps", last.Count));
    }
}
