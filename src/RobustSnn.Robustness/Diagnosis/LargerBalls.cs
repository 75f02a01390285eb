namespace RobustSnn.Robustness.Diagnosis;

/// <summary>A ball of twice the radius holds the smaller one: an attack that leaves more samples there than in the smaller did not search it.</summary>
internal static class LargerBalls
{
    public const string Name = "larger ball";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.CannotAttack is { } why)
        {
            return DiagnosisCheck.NotChecked(Name, why);
        }

        if (patient.AgainstRadius.Points.Count == 1)
        {
            return DiagnosisCheck.NotChecked(Name, $"every image is within {Words.Of(patient.Options.Budget)}");
        }

        var (small, large) = (patient.AgainstRadius.Outcomes[0], patient.AgainstRadius.Outcomes[1]);
        var larger = patient.Options.Budget with { Radius = (float)patient.AgainstRadius.Points[1].At };
        var test = PairedTest.Of(small.Robust, large.Robust);
        return Attacked.Check(Name, [small, large], test.IsGain,
            $"Accuracy under {patient.AgainstRadius.Attack} is {Words.Percent(small.Share)} within {Words.Of(patient.Options.Budget)} and "
                + $"{Words.Percent(large.Share)} within {Words.Of(larger)}, of {patient.Probe.Samples} samples that the network gets right; "
                + $"{test.Gained} are right in the larger ball only (exact McNemar test that accuracy is higher there, one-sided: {Words.Chance(test.GainChance)}).",
            new("samples", patient.Probe.Samples), new("right in the ball", small.Count), new("right in the larger ball", large.Count));
    }
}

/// <summary>Where the ball is all images, every sample can be broken: who survives there, survives for want of a gradient that leads anywhere.</summary>
internal static class WholeRange
{
    public const string Name = "whole range";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.CannotAttack is { } why)
        {
            return DiagnosisCheck.NotChecked(Name, why);
        }

        var last = patient.AgainstRadius.Outcomes[^1];
        return Attacked.Check(Name, [last], last.Count > Math.Ceiling(DiagnosisThresholds.LeftInWholeRange * patient.Probe.Samples),
            $"Where any image is allowed, {patient.AgainstRadius.Attack} leaves {Words.Part(last.Count, patient.Probe.Samples)} samples right, "
                + "which could all be broken.",
            new("samples", patient.Probe.Samples), new("right where any image is allowed", last.Count));
    }
}
