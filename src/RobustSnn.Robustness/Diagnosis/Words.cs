using System.Globalization;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>Numbers as the sentences of a diagnosis write them.</summary>
internal static class Words
{
    private const float Levels = 255;

    /// <summary><c>12.5 %</c></summary>
    public static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary><c>3 of 20 (15 %)</c></summary>
    public static string Part(int count, int of) => $"{count} of {of} ({Percent((double)count / of)})";

    /// <summary><c>L∞ 8/255</c>, <c>L2 0.5</c></summary>
    public static string Of(Budget budget) => budget.Norm == Norm.Infinity ? $"L∞ {Radius(budget)}" : $"L2 {Radius(budget)}";

    /// <summary><c>8/255</c> where it is a whole number of these and in L∞, <c>0.5</c> otherwise.</summary>
    public static string Radius(Budget budget)
    {
        var levels = Math.Round(budget.Radius * Levels);
        return budget.Norm == Norm.Infinity && levels is > 0 and < Levels && (float)levels / Levels == budget.Radius
            ? string.Create(CultureInfo.InvariantCulture, $"{levels}/255")
            : budget.Radius.ToString("0.####", CultureInfo.InvariantCulture);
    }

    /// <summary><c>p = 0.003</c></summary>
    public static string Chance(double probability) =>
        probability < 0.0001 ? "p < 0.0001" : string.Create(CultureInfo.InvariantCulture, $"p = {probability:0.####}");

    /// <summary><c>0.00012</c>, <c>1.2E-09</c></summary>
    public static string Small(double value) => value.ToString("G2", CultureInfo.InvariantCulture);

    public static string OfState(CheckState state) => state switch
    {
        CheckState.Fine => "fine",
        CheckState.Doubt => "doubt",
        CheckState.NotChecked => "not checked",
    };
}
