using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>
/// Gradients that vanish: samples that no attack broke along the network's own gradients because none of its estimators gave one. That one
/// estimator of many has no gradient hides nothing, where others have.
/// </summary>
internal static class ZeroGradients
{
    public const string Name = "gradients";

    /// <summary>Estimators that the sentence names; the numbers have all.</summary>
    private const int Named = 3;

    public static DiagnosisCheck Check(Patient patient)
    {
        var findings = patient.Findings;
        LedgerMember[] members = [.. findings.WhiteBox];
        int[] left = [.. findings.Right.Where(place => findings.IsBroken(place, members) == false)];
        var estimators = members.GroupBy(member => member.Estimator).Select(group => Of(group, findings)).Where(each => each.Runs > 0)
            .OrderByDescending(each => (double)each.Zero / each.Runs).ToArray();
        if (estimators.Length == 0)
        {
            return DiagnosisCheck.NotChecked(Name, $"no attack followed the network's own gradients within {Words.Of(patient.Options.Budget)}");
        }

        var blind = left.Count(place => members.Select(member => findings.Find(place, member)).OfType<MemberFinding>().All(HasNone));
        var share = left.Length == 0 ? 0 : (double)blind / left.Length;
        var most = string.Join(", ", estimators.Take(Named).Select(each => $"{each.Estimator} {Words.Part(each.Zero, each.Runs)}"));
        return DiagnosisCheck.Of(Name, share > DiagnosisThresholds.ZeroGradients,
            $"Of {left.Length} samples that no attack along the network's own gradients broke, {blind} ({Words.Percent(share)}) had a first gradient of "
                + $"zeros only by every estimator that tried; first gradients of zeros by estimator, the most first: {most}.",
            [
                new("unbroken samples", left.Length), new("unbroken samples without any gradient", blind),
                .. estimators.Select(each => new DiagnosisNumber($"share of zero gradients, {each.Estimator}", (double)each.Zero / each.Runs)),
            ]);
    }

    private static (string Estimator, int Zero, int Runs) Of(IGrouping<string, LedgerMember> members, EvaluatedFindings findings)
    {
        MemberFinding[] found = [.. findings.Right.SelectMany(place => members.Select(member => findings.Find(place, member))).OfType<MemberFinding>()];
        return (members.Key, found.Count(HasNone), found.Length);
    }

    private static bool HasNone(MemberFinding finding) => finding.Doubts.HasFlag(GradientDoubts.Vanished);
}
