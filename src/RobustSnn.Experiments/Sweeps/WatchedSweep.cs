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
        && (File.Exists(RunProgress.FileIn(folder)) || Directory.Exists(Path.Combine(folder, SweepRunner.PartsName)) || (Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any(WatchedRun.IsRun)));

    /// <summary>Looks at a sweep's folder, in which a process may be at work. Nothing in it is changed.</summary>
    /// <exception cref="BadInputException">Its files are damaged or cannot be read.</exception>
    public static WatchedSweep Look(string folder)
    {
        // Of the whole, and of each part that was run apart: each says which runs there are.
        string[] sayers = [folder, .. Parts(folder)];
        var isHeld = sayers.Any(each => RunLock.Holder(each) is not null);
        var said = sayers.Select(each => RunProgress.TryRead(RunProgress.FileIn(each))).OfType<RunProgress>().MaxBy(each => each.Updated);
        string[] folders = said is { Stages: { Count: > 0 } planned }
            ? [.. planned]
            : [.. Directory.EnumerateDirectories(folder).Where(WatchedRun.IsRun).Select(each => Path.GetFileName(each)).Order(StringComparer.Ordinal)];
        (string Folder, WatchedRun? Run)[] runs =
        [
            .. folders.Select(each => (each, Path.Combine(folder, each) is var its && WatchedRun.IsRun(its) ? WatchedRun.Look(its) : null)),
        ];
        var isAllThere = runs.All(run => run.Run?.State == RunState.Finished);
        var state = isHeld || runs.Any(run => run.Run?.State == RunState.Running) ? RunState.Running
            : isAllThere ? RunState.Finished
            : said is { State: not (RunState.Running or RunState.Finished) } ? said.State
            : RunState.Gone; // of a sweep in parts: some part is not there, or has yet to begin
        return new WatchedSweep(
            said?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), state,
            state == RunState.Failed ? said?.Message : null, runs);
    }

    private static IEnumerable<string> Parts(string folder) => Path.Combine(folder, SweepRunner.PartsName) is var parts && Directory.Exists(parts)
        ? Directory.EnumerateDirectories(parts).Order(StringComparer.Ordinal)
        : [];
}
