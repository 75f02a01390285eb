using System.Text.RegularExpressions;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Reports.Collecting;

/// <summary>Which runs are one experiment with several seeds: only these may share a mean.</summary>
internal static partial class RunFamilies
{
    private static readonly string[] Free = ["name", "description", "seed"];

    public static IReadOnlyList<(string Name, IReadOnlyList<ReportedRun> Runs)> Of(IReadOnlyList<ReportedRun> runs)
    {
        var families = new List<List<ReportedRun>>();
        foreach (var run in runs)
        {
            if (families.FirstOrDefault(family => AreOne(family[0].Settings, run.Settings) && family.All(other => other.Settings.Seed != run.Settings.Seed)) is { } its)
            {
                its.Add(run);
            }
            else
            {
                families.Add([run]);
            }
        }

        return [.. families.Select(family => (family.Count > 1 ? Seed().Replace(family[0].Name, "") : family[0].Name, (IReadOnlyList<ReportedRun>)family))];
    }

    /// <summary>Families that are one experiment at several sparsities, which alone may share a line.</summary>
    public static IReadOnlyList<IReadOnlyList<(string Name, IReadOnlyList<ReportedRun> Runs)>> Lines(IEnumerable<(string Name, IReadOnlyList<ReportedRun> Runs)> families)
    {
        var lines = new List<List<(string Name, IReadOnlyList<ReportedRun> Runs)>>();
        foreach (var family in families)
        {
            if (lines.FirstOrDefault(line => AreOne(line[0].Runs[0].Settings, family.Runs[0].Settings, "prune.sparsity")) is { } its)
            {
                its.Add(family);
            }
            else
            {
                lines.Add([family]);
            }
        }

        return lines;
    }

    private static bool AreOne(ExperimentSettings first, ExperimentSettings second, string? axis = null) =>
        SettingsTable.Differences(first, second).All(difference => Free.Contains(difference.Path) || difference.Path == axis);

    [GeneratedRegex(@"-seed\d+$")]
    private static partial Regex Seed();
}
