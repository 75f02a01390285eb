namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// Where other random starts break what one did not, the loss is rugged, and a figure from one start is too high: unless the evaluation has broken as
/// many anyway, by other estimators or starts of its own.
/// </summary>
internal static class Restarts
{
    public const string Name = "random starts";

    public static DiagnosisCheck Check(Patient patient)
    {
        if (patient.CannotAttack is { } why)
        {
            return DiagnosisCheck.NotChecked(Name, why);
        }

        var (one, many, starts) = patient.Restarted();
        var test = PairedTest.Of(one.Robust, many.Robust);
        var evaluated = patient.LeftByEvaluation;
        return Attacked.Check(Name, [one, many], test.IsLoss && one.Share - many.Share > DiagnosisThresholds.Points && evaluated > many.Count,
            $"Accuracy under {patient.Pgd().Name} is {Words.Percent(one.Share)} from one random start and {Words.Percent(many.Share)} from {starts}, of "
                + $"{patient.Probe.Samples} samples that the network gets right (exact McNemar test that it falls, one-sided: {Words.Chance(test.LossChance)}); "
                + $"the evaluation left {Words.Percent((double)evaluated / patient.Probe.Samples)}.",
            new("samples", patient.Probe.Samples), new("right after one start", one.Count), new($"right after {starts} starts", many.Count),
            new("left by the evaluation", evaluated));
    }
}
