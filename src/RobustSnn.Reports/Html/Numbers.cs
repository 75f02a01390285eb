using System.Globalization;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Reports.Html;

/// <summary>Numbers as a report shows them, the same in every culture.</summary>
internal static class Numbers
{
    /// <summary>Stands where there is no number.</summary>
    public const string Missing = "–";

    /// <summary>A share as 12.3 %; void where it is no number.</summary>
    public static string Percent(double share) => double.IsNaN(share) ? "void" : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>A share with its interval.</summary>
    public static string Percent(double share, Interval interval) => double.IsNaN(share)
        ? "void"
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} % ({100 * interval.Lower:0.0} to {100 * interval.Upper:0.0})");

    /// <summary>A whole number with groups.</summary>
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Four digits that matter.</summary>
    public static string Short(double value) => double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : Missing;

    /// <summary>A duration as h:mm:ss or m:ss.</summary>
    public static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is var time && time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}")
        : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
