namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What a check came to.</summary>
public enum CheckState
{
    /// <summary>Nothing speaks against the figure.</summary>
    Fine,

    /// <summary>The figure may be too high.</summary>
    Doubt,

    /// <summary>It could not be looked at; the sentence says why.</summary>
    NotChecked,
}

/// <summary>A number that a check rests on.</summary>
public readonly record struct DiagnosisNumber(string Name, double Value);

/// <summary>One reason to believe a figure or not to.</summary>
/// <param name="Name">The same in every report.</param>
/// <param name="Sentence">In plain words, with the number in it; of what was not checked, why.</param>
/// <param name="Numbers">What the sentence rests on; shares from 0 to 1.</param>
public sealed record DiagnosisCheck(string Name, CheckState State, string Sentence, IReadOnlyList<DiagnosisNumber> Numbers)
{
    internal static DiagnosisCheck Of(string name, bool isDoubt, string sentence, params IReadOnlyList<DiagnosisNumber> numbers) =>
        new(name, isDoubt ? CheckState.Doubt : CheckState.Fine, sentence, numbers);

    internal static DiagnosisCheck NotChecked(string name, string because) => new(name, CheckState.NotChecked, $"Not checked, because {because}.", []);
}

/// <summary>Whether to believe a robustness figure.</summary>
/// <param name="Attack">The attack that the diagnosis made itself; null where it made none.</param>
/// <param name="Checks">In the order of the text.</param>
/// <param name="Curves">Accuracy against ε and against steps, of samples that the network gets right; none where no attack was made.</param>
public sealed record DiagnosisReport(
    DiagnosisOptions Options, string? Attack, IReadOnlyList<DiagnosisCheck> Checks, IReadOnlyList<RobustnessCurve> Curves)
{
    private const int NameWidth = 20;
    private const int StateWidth = 13;

    /// <summary>Whether no check speaks against the figure.</summary>
    public bool IsBelieved => Checks.All(check => check.State != CheckState.Doubt);

    /// <summary>"believe", with what was not checked where something was not, or "doubt, because" and the reasons.</summary>
    public string Verdict
    {
        get
        {
            string[] doubts = [.. Checks.Where(check => check.State == CheckState.Doubt).Select(check => check.Sentence)];
            string[] open = [.. Checks.Where(check => check.State == CheckState.NotChecked).Select(check => check.Name)];
            return doubts.Length > 0 ? $"doubt, because: {string.Join(' ', doubts)}"
                : open.Length > 0 ? $"believe, as far as {Checks.Count - open.Length} of {Checks.Count} checks say; not checked: {string.Join(", ", open)}"
                : "believe";
        }
    }

    /// <summary>The check of that name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public DiagnosisCheck this[string name] => Checks.Single(check => check.Name == name);

    /// <summary>Lines of plain words: each check with its state, the curves, the verdict.</summary>
    public IReadOnlyList<string> ToText() =>
    [
        $"Whether to believe accuracy under attack within {Words.Of(Options.Budget)}"
            + (Attack is null ? "" : $"; attacks of this diagnosis by {Attack}"),
        .. Checks.Select(check => Words.OfState(check.State).PadRight(StateWidth) + check.Name.PadRight(NameWidth) + check.Sentence),
        .. Curves.SelectMany(curve => curve.ToText()),
        $"verdict: {Verdict}",
    ];
}
