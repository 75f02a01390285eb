using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>A run as somebody sees it who only looks at its folder, at one moment.</summary>
/// <param name="Name">Of the experiment.</param>
/// <param name="Process">Who is at it; null where nobody is.</param>
/// <param name="Message">Why it failed; null where it did not.</param>
/// <param name="Progress">What its last process said; null where that wrote nothing, or another is at it now that has not yet.</param>
/// <param name="Results">What it has found so far; null before the first.</param>
public sealed record WatchedRun(string Name, RunState State, int? Process, string? Message, RunProgress? Progress, RunResults? Results)
{
    /// <summary>Whether a folder is a run's.</summary>
    public static bool IsRun(string folder) => File.Exists(RunFolder.ExperimentFile(folder));

    /// <summary>Looks at a run's folder, in which a process may be at work. Nothing in it is changed.</summary>
    /// <exception cref="BadInputException">It is no run's, or its files are damaged or cannot be read.</exception>
    public static WatchedRun Look(string folder)
    {
        if (!IsRun(folder))
        {
            throw new BadInputException($"{folder}: expected the folder of a run, with {Path.GetFileName(RunFolder.ExperimentFile(folder))} in it, found none");
        }

        // Before its files: one that ends meanwhile has written them.
        var holder = RunLock.Holder(folder);
        var said = RunProgress.TryRead(RunProgress.FileIn(folder));
        var results = File.Exists(RunFolder.ResultsFile(folder)) ? RunResults.Read(RunFolder.ResultsFile(folder)) : null;
        var progress = holder is not null && said?.Process != holder ? null : said;
        var state = (holder, results, progress) switch
        {
            (not null, _, _) => RunState.Running,
            (_, { Complete: true }, _) => RunState.Finished,
            (_, _, { State: RunState.Interrupted or RunState.Failed }) => progress.State,
            _ => RunState.Gone,
        };
        var name = results?.Name ?? said?.Name ?? SettingsReader.ReadFile(RunFolder.ExperimentFile(folder)).Name;
        return new WatchedRun(name, state, holder, state == RunState.Failed ? progress?.Message : null, progress, results);
    }
}
