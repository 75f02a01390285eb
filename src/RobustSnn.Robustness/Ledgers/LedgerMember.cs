using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Ledgers;

/// <summary>An attack with one gradient estimator in one ball: what a ledger has findings of.</summary>
/// <param name="Attack">Its name, as results show it: one word, such as <c>pgd10</c>.</param>
/// <param name="Estimator">Its name, one word, or <see cref="NoEstimator"/>.</param>
/// <exception cref="ArgumentException">A name is no word, or the radius is no finite number of at least 0.</exception>
public readonly record struct LedgerMember(string Attack, string Estimator, Budget Budget)
{
    /// <summary>Stands for the estimator of an attack that follows no gradients.</summary>
    public const string NoEstimator = "none";

    private const string Infinity = "linf:";
    private const string Euclidean = "l2:";

    public string Attack { get; } = IsWord(Attack) ? Attack : throw new ArgumentException($"expected a word, found '{Attack}'", nameof(Attack));

    public string Estimator { get; } =
        IsWord(Estimator) ? Estimator : throw new ArgumentException($"expected a word, found '{Estimator}'", nameof(Estimator));

    public Budget Budget { get; } = Budget.Radius >= 0 && float.IsFinite(Budget.Radius)
        ? Budget with { Radius = Budget.Radius + 0f } // no negative zero, which would have another text
        : throw new ArgumentException($"expected a radius that is a finite number of at least 0, found {Budget.Radius}", nameof(Budget));

    /// <summary>The member of that text, which <see cref="ToString"/> gives back: a member has one text, since files have it as a key.</summary>
    /// <exception cref="BadInputException">It is none.</exception>
    public static LedgerMember Parse(string text) => TryParse(text, out var member)
        ? member
        : throw new BadInputException($"A ledger's member expected an attack, an estimator and a ball, such as 'pgd10 bptt.PCW.1.0 linf:0.03137255' "
            + $"or 'square {NoEstimator} l2:0.5', found '{text}'.");

    private static bool TryParse(string text, out LedgerMember member)
    {
        member = default;
        var words = text.Split(' ');
        if (words.Length != 3 || !IsWord(words[0]) || !IsWord(words[1]) || !TryBudget(words[2], out var budget))
        {
            return false;
        }

        member = new LedgerMember(words[0], words[1], budget);
        return member.ToString() == text;
    }

    /// <summary>A ball as in a member's text, its radius in the fewest digits that no other float has: <c>linf:0.03137255</c>.</summary>
    public static string TextOf(Budget budget) => (budget.Norm switch
    {
        Norm.Infinity => Infinity,
        Norm.Euclidean => Euclidean,
    }) + budget.Radius.ToString("R", CultureInfo.InvariantCulture);

    /// <summary><c>pgd10 bptt.PCW.1.0 linf:0.03137255</c></summary>
    public override string ToString() => $"{Attack} {Estimator} {TextOf(Budget)}";

    private static bool TryBudget(string text, out Budget budget)
    {
        var isEuclidean = text.StartsWith(Euclidean, StringComparison.Ordinal);
        var isKnown = isEuclidean || text.StartsWith(Infinity, StringComparison.Ordinal);
        var radius = 0f;
        var isNumber = isKnown && float.TryParse(
            text[(isEuclidean ? Euclidean : Infinity).Length..], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out radius);
        budget = new Budget(isEuclidean ? Norm.Euclidean : Norm.Infinity, radius);
        return isNumber && float.IsFinite(radius);
    }

    private static bool IsWord([NotNullWhen(true)] string? text) =>
        !string.IsNullOrEmpty(text) && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
}
