using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>The difference of logits ratio needs a third-largest logit, its targeted form a fourth: with fewer classes it is no loss.</summary>
internal static class LogitRatios
{
    public const string Name = "DLR";

    public static DiagnosisCheck Check(Patient patient)
    {
        var classes = patient.Classifier.Classes;
        string[] undefined =
        [
            .. patient.Findings.Members.Select(member => member.Attack).Distinct()
                .Where(attack => LossOf(attack) is { } loss && classes < loss.LeastClasses()),
        ];
        return DiagnosisCheck.Of(Name, undefined.Length > 0,
            $"The network has {classes} classes; DLR is defined from {LogitLoss.DifferenceOfLogitsRatio.LeastClasses()} on, targeted from "
                + $"{LogitLoss.TargetedDifferenceOfLogitsRatio.LeastClasses()} on; attacks that followed it undefined: "
                + $"{(undefined.Length == 0 ? "none" : string.Join(", ", undefined))}.",
            new("classes", classes), new("attacks with an undefined loss", undefined.Length));
    }

    private static LogitLoss? LossOf(string attack) =>
        attack.StartsWith("apgd-t", StringComparison.Ordinal) ? LogitLoss.TargetedDifferenceOfLogitsRatio
        : attack.Contains("-dlr", StringComparison.Ordinal) ? LogitLoss.DifferenceOfLogitsRatio
        : null;
}
