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

    private static bool AreOne(ExperimentSettings first, ExperimentSettings second) =>
        SettingsTable.Differences(first, second).All(difference => Free.Contains(difference.Path));

    [GeneratedRegex(@"-seed\d+$")]
    private static partial Regex Seed();
}
