using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>A sweep as somebody sees it who only looks at its folder, at one moment.</summary>
/// <param name="Runs">The folders of its runs in their order; null for one that has not begun.</param>
/// <param name="Message">Why it failed; null where it did not.</param>
public sealed record WatchedSweep(string Name, RunState State, string? Message, IReadOnlyList<(string Folder, WatchedRun? Run)> Runs)
{
    /// <summary>Whether a folder is a sweep's: it says so, or has runs in it.</summary>
    public static bool IsSweep(string folder) => !WatchedRun.IsRun(folder)
        && (File.Exists(RunProgress.FileIn(folder)) || (Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any(WatchedRun.IsRun)));

    /// <summary>Looks at a sweep's folder, in which a process may be at work. Nothing in it is changed.</summary>
    /// <exception cref="BadInputException">Its files are damaged or cannot be read.</exception>
    public static WatchedSweep Look(string folder)
    {
        var holder = RunLock.Holder(folder);
        var said = RunProgress.TryRead(RunProgress.FileIn(folder));
        string[] folders = said is { Stages: { Count: > 0 } planned }
            ? [.. planned]
            : [.. Directory.EnumerateDirectories(folder).Where(WatchedRun.IsRun).Select(each => Path.GetFileName(each)).Order(StringComparer.Ordinal)];
        (string Folder, WatchedRun? Run)[] runs =
        [
            .. folders.Select(each => (each, Path.Combine(folder, each) is var its && WatchedRun.IsRun(its) ? WatchedRun.Look(its) : null)),
        ];
        var state = holder is not null || (said is null && runs.Any(run => run.Run?.State == RunState.Running)) ? RunState.Running
            : said is { State: not RunState.Running } ? said.State
            : runs.All(run => run.Run?.State == RunState.Finished) ? RunState.Finished
            : RunState.Gone;
        return new WatchedSweep(
            said?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), state,
            state == RunState.Failed ? said?.Message : null, runs);
    }
}
