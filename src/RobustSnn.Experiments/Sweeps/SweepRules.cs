using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>What must hold between the runs of a sweep, so that its table calls them by what they are.</summary>
internal static class SweepRules
{
    /// <summary>A run is called by the sweep, and has the sweep's seeds where that has some: what it says of both itself would not be heeded.</summary>
    public static void RequireNoNames(IEnumerable<(string Path, ConfigMapping Settings)> groups, bool hasSeeds)
    {
        foreach (var (path, settings) in groups)
        {
            if (settings.Find("name") is { } name)
            {
                throw SweepReader.Bad(name.Place, $"{path}.name", "expected nothing, as the sweep names its runs, found a name");
            }

            if (hasSeeds && settings.Find("seed") is { } seed)
            {
                throw SweepReader.Bad(seed.Place, $"{path}.seed", "expected nothing, as seeds gives every run its seed, found another; take one of the two out");
            }
        }
    }

    /// <summary>A change for all runs may not change what tells them apart: the table would call them by what they no longer are.</summary>
    public static void RequireCommon(string change, IEnumerable<(string Label, ConfigMapping Settings)> cells, bool hasSeeds)
    {
        var changed = change.Split('=', 2)[0].Trim();
        string[] own = ["name", .. hasSeeds ? ["seed"] : Array.Empty<string>(), .. cells.SelectMany(cell => Paths(cell.Settings, ""))];
        if (own.FirstOrDefault(key => key == changed || key.StartsWith($"{changed}.", StringComparison.Ordinal)
            || changed.StartsWith($"{key}.", StringComparison.Ordinal)) is { } key)
        {
            throw new BadInputException($"--set {change}: expected a setting that all runs of the sweep share, found {key}, which tells them apart");
        }
    }

    /// <summary>Every value's path.</summary>
    private static IEnumerable<string> Paths(ConfigMapping mapping, string prefix) => mapping.Entries.SelectMany(entry =>
        entry.Value is ConfigMapping inner ? Paths(inner, $"{prefix}{entry.Key}.") : [prefix + entry.Key]);

    /// <summary>Every run has a folder of its own and differs from the others in some setting: the same run twice is no second sample.</summary>
    public static void RequireDifferent(Place place, IReadOnlyList<SweepRun> runs)
    {
        if (runs.GroupBy(run => run.Folder, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw SweepReader.Bad(place, "runs", $"expected different runs, found '{same.Key}' {same.Count()} times");
        }

        if (runs.GroupBy(run => run.Settings with { Name = "", Description = null }).FirstOrDefault(group => group.Count() > 1)?.ToArray() is [var first, var second, ..])
        {
            throw SweepReader.Bad(place, "runs", $"expected runs that differ, found '{first.Folder}' and '{second.Folder}' with the same settings");
        }
    }
}
