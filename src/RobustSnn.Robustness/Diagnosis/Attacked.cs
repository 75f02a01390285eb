namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What checks that attack have in common.</summary>
internal static class Attacked
{
    /// <summary>As they say it, unless the attacks met values that are no numbers: then nothing can be said but that.</summary>
    public static DiagnosisCheck Check(
        string name, IReadOnlyList<ProbeOutcome> outcomes, bool isDoubt, string sentence, params IReadOnlyList<DiagnosisNumber> numbers)
    {
        var isVoid = outcomes.Count(outcome => outcome.IsVoid);
        return isVoid == 0
            ? DiagnosisCheck.Of(name, isDoubt, sentence, numbers)
            : DiagnosisCheck.Of(name, true, $"{isVoid} of {outcomes.Count} attacks that \"{name}\" compares met gradients or logits that are no numbers.",
                new DiagnosisNumber("void attacks", isVoid));
    }

    /// <summary><c>1, 2 and 3</c></summary>
    public static string List(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
