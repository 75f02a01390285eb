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
        var rises = Enumerable.Range(1, curve.Points.Count - 1)
            .Select(i => (At: i, Test: PairedTest.Of(curve.Outcomes[i - 1].Robust, curve.Outcomes[i].Robust))).MinBy(pair => pair.Test.GainChance);
        var rise = rises.Test.IsGain
            ? $"it rises from {curve.Points[rises.At - 1].At:0} to {curve.Points[rises.At].At:0}, where {rises.Test.Gained} of {patient.Probe.Samples} samples are right with more steps only "
                + $"and {rises.Test.Lost} with fewer only"
            : "it never rises beyond noise";
        return Attacked.Check(Name, curve.Outcomes, rises.Test.IsGain,
            $"Accuracy with {Attacked.List(curve.Points.Select(point => $"{point.At:0}"))} steps ({curve.Attack} and on) is "
                + $"{Attacked.List(curve.Points.Select(point => Words.Percent(point.Accuracy)))}: {rise} (exact McNemar test of neighbours, one-sided: "
                + $"{Words.Chance(rises.Test.GainChance)}{(rises.Test.IsGain ? "" : " at least")}).",
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
            $"The last doubling of steps, from {curve.Points[^2].At:0} to {curve.Points[^1].At:0} ({curve.Attack} and on), takes accuracy from {Words.Percent(before.Share)} to "
                + $"{Words.Percent(last.Share)} of {patient.Probe.Samples} samples that the network gets right (exact McNemar test that it falls, one-sided: "
                + $"{Words.Chance(test.LossChance)}){(test.IsLoss ? ": not converged" : "")}.",
            new("samples", patient.Probe.Samples), new("right with half the steps", before.Count), new("right with all steps", last.Count));
    }
}
