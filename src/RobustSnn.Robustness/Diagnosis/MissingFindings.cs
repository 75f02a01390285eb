using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>Whether the figures are figures: every sample attacked, no value that is no number, the result what its ledger says.</summary>
internal static class MissingFindings
{
    public const string Name = "complete";

    public static DiagnosisCheck Check(Patient patient)
    {
        var (findings, result) = (patient.Findings, patient.Result);
        var rows = Enumerable.Range(0, findings.Count).Count(place => findings.Row(place) is null);
        var attacks = result.Attacks.Where(attack => attack.Members.Count > 0).ToArray();
        var counted = Array.ConvertAll(attacks, attack => Count(findings, attack));
        var missing = counted.Sum(each => each.Missing);
        var unequal = attacks.Zip(counted).Count(pair => pair.Second.Missing == 0 && pair.Second.Robust != pair.First.Correct)
            + (rows == 0 && findings.Right.Count != result.CleanCorrect ? 1 : 0);
        var isVoid = (result.WithoutClass > 0 ? 1 : 0) + attacks.Count(attack => attack.IsVoid);
        return DiagnosisCheck.Of(Name, rows + missing + unequal + isVoid > 0,
            $"{rows} of {findings.Count} samples have no row in the ledger and {missing} findings are missing; of {attacks.Length + 1} figures {isVoid} are void "
                + $"(values that are no numbers) and {unequal} differ from what the ledger says.",
            new("missing rows", rows), new("missing findings", missing), new("void figures", isVoid), new("figures that differ from the ledger", unequal));
    }

    /// <summary>Samples that every member tried in vain, and those of which nobody can say that.</summary>
    private static (int Robust, int Missing) Count(EvaluatedFindings findings, AttackResult attack)
    {
        LedgerMember[] members = [.. attack.Members.Select(member => new LedgerMember(member.Attack, member.Estimator, attack.Budget))];
        var (robust, missing) = (0, 0);
        foreach (var place in findings.Right.Where(place => findings.IsBroken(place, members) != true))
        {
            var isComplete = Array.TrueForAll(members, member => findings.Find(place, member) is not null);
            robust += isComplete ? 1 : 0;
            missing += isComplete ? 0 : 1;
        }

        return (robust, missing);
    }
}
