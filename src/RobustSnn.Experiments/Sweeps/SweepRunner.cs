using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Shards;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>
/// Runs the experiments of a sweep one after the other, each in a folder of its own. Stages that an earlier run has done with the same
/// settings are not done again. Runs that are complete stay as they are: an interrupted sweep, or one that has got more runs, goes on.
/// </summary>
public static class SweepRunner
{
    /// <summary>What a sweep's folder calls its results.</summary>
    internal const string ResultsName = "sweep.json";

    /// <summary>Where a sweep's folder keeps its results.</summary>
    public static string ResultsFile(string folder) => Path.Combine(folder, ResultsName);

    /// <param name="folder">Where the runs' folders go; made if it is not there.</param>
    /// <param name="resume">Whether a sweep that is there may be gone on with.</param>
    /// <exception cref="BadInputException">
    /// A sweep is there and shall not be gone on with, or another one; another process is at it; or the first run cannot begin, for what is probably wrong with all. A later
    /// run that cannot go on is named in the results, and the others come to their end.
    /// </exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public static SweepResults Run(
        Sweep sweep, string folder, bool resume, IBackend backend, IRunObserver observer, CancellationToken cancellation)
    {
        RequireOwn(sweep, folder, resume);
        return Shown(sweep, folder, progress => Run(sweep, folder, resume, backend, observer, progress, cancellation));
    }

    /// <summary>Where a part says how it gets on: a folder of its own in the sweep's, held by one process at a time.</summary>
    internal static string PartFolder(string folder, Shard shard) => Path.Combine(folder, PartsName, $"{shard.Part}-of-{shard.Of}");

    /// <summary>What a sweep's folder calls that of its parts.</summary>
    internal const string PartsName = ".parts";

    /// <summary>Does work for which a folder is held, in which it says how it gets on with the sweep.</summary>
    private static SweepResults Shown(Sweep sweep, string folder, Func<ProgressFile, SweepResults> work)
    {
        using var held = RunFolder.Hold(folder);
        using var progress = new ProgressFile(RunProgress.FileIn(folder), new RunProgress(
            sweep.Name, Environment.ProcessId, RunState.Running, null, DateTime.UtcNow, [.. sweep.Runs.Select(run => run.Folder)]));
        try
        {
            var results = work(progress);
            progress.Current = results.Unfinished.Count == 0
                ? progress.Current with { State = RunState.Finished }
                : progress.Current with { State = RunState.Failed, Message = $"did not come to their end: {string.Join(", ", results.Unfinished.Keys)}" };
            return results;
        }
        catch (OperationCanceledException)
        {
            progress.Current = progress.Current with { State = RunState.Interrupted };
            throw;
        }
        catch (Exception failure)
        {
            progress.Current = progress.Current with { State = RunState.Failed, Message = failure.Message };
            throw;
        }
    }

    private static SweepResults Run(
        Sweep sweep, string folder, bool resume, IBackend backend, IRunObserver observer, ProgressFile progress, CancellationToken cancellation)
    {
        var done = Done(sweep, folder);
        var unfinished = new Dictionary<string, string>();
        foreach (var (run, number) in sweep.Runs.Select((run, i) => (run, i + 1)))
        {
            if (done.ContainsKey(run.Folder))
            {
                observer.Note($"{run.Folder}: run {number} of {sweep.Runs.Count}: done before");
                continue;
            }

            observer.Note($"{run.Folder}: run {number} of {sweep.Runs.Count}");
            progress.Current = progress.Current with { Stage = run.Folder };
            if (Try(run, folder, resume, done.Keys, unfinished, done.Count + unfinished.Count == 0, backend, observer, cancellation) is { } found)
            {
                done[run.Folder] = found;
            }

            SweepResults.Of(sweep, done, unfinished).Write(ResultsFile(folder));
        }

        var results = SweepResults.Of(sweep, done, unfinished);
        results.Write(ResultsFile(folder));
        return results;
    }

    /// <summary>
    /// Runs one part of a sweep, in the folder of the whole or, on a machine that has its own, in another. Runs of a seed stay together as far as parts
    /// can be equal, because they share most. Stages that runs of other parts, in the same folder, have done by then are not done again.
    /// </summary>
    /// <returns>Of this part alone. Of the whole there are results when all parts are there: <see cref="Collect"/>.</returns>
    /// <exception cref="BadInputException">As of a whole sweep, or there are more parts than runs.</exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public static SweepResults RunPart(
        Sweep sweep, Shard shard, string folder, bool resume, IBackend backend, IRunObserver observer, CancellationToken cancellation)
    {
        var part = Part(sweep, shard);
        RequireOwnRuns(part, folder, resume);
        return Shown(sweep, PartFolder(folder, shard), progress => RunPart(sweep, part, shard, folder, resume, backend, observer, progress, cancellation));
    }

    private static SweepResults RunPart(Sweep sweep, Sweep part, Shard shard, string folder, bool resume, IBackend backend, IRunObserver observer,
        ProgressFile progress, CancellationToken cancellation)
    {
        var (unfinished, tried) = (new Dictionary<string, string>(), 0);
        foreach (var (run, number) in part.Runs.Select((run, i) => (run, i + 1)))
        {
            // Those of other parts, too, which come to their end meanwhile.
            var done = Done(sweep, folder);
            if (done.ContainsKey(run.Folder))
            {
                observer.Note($"{run.Folder}: run {number} of {part.Runs.Count} of part {shard}: done before");
                continue;
            }

            observer.Note($"{run.Folder}: run {number} of {part.Runs.Count} of part {shard}");
            progress.Current = progress.Current with { Stage = run.Folder };
            Try(run, folder, resume, done.Keys, unfinished, tried++ == 0, backend, observer, cancellation);
        }

        return SweepResults.Of(sweep, Done(part, folder), unfinished); // of the whole: its first run is what others are compared with
    }

    /// <summary>The runs of a part, in their order.</summary>
    /// <exception cref="BadInputException">There are more parts than runs.</exception>
    public static Sweep Part(Sweep sweep, Shard shard)
    {
        var (first, end) = shard.Range(sweep.Runs.Count, "runs");
        return sweep with { Runs = [.. sweep.Runs.OrderBy(run => run.Seed).Take(first..end)] };
    }

    /// <summary>The results of what has been run in a folder, here or elsewhere, without running anything. Runs that are not there are named in them.</summary>
    /// <exception cref="BadInputException">A file of the folder cannot be read, or the results of the sweep not be written.</exception>
    public static SweepResults Collect(Sweep sweep, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"{folder}: expected the folder of the sweep {sweep.Name}, which is not there. Give it by --out");
        }

        RequireOwnResults(sweep, folder, true);
        var done = Done(sweep, folder);
        var missing = sweep.Runs.Where(run => !done.ContainsKey(run.Folder)).ToDictionary(run => run.Folder, run =>
            Directory.Exists(Path.Combine(folder, run.Folder)) ? "it is not complete, or of another experiment" : "it is not there");
        var results = SweepResults.Of(sweep, done, missing);
        results.Write(ResultsFile(folder));
        return results;
    }

    /// <summary>Does a run. What keeps it from its end is told, and thrown where it is the first: all others would probably come to the same.</summary>
    private static RunResults? Try(SweepRun run, string folder, bool resume, IEnumerable<string> others, Dictionary<string, string> unfinished, bool isFirst,
        IBackend backend, IRunObserver observer, CancellationToken cancellation)
    {
        try
        {
            return ExperimentRun.Run(Settings(run, folder), Path.Combine(folder, run.Folder), resume,
                [.. others.Select(each => Path.Combine(folder, each))], backend, observer, cancellation);
        }
        catch (Exception reason) when (reason is TrainingDivergedException || (reason is BadInputException && !isFirst))
        {
            // The others may well come to an end.
            unfinished[run.Folder] = reason.Message;
            observer.Note($"{run.Folder}: {reason.Message}");
            return null;
        }
    }

    private static Dictionary<string, RunResults> Done(Sweep sweep, string folder) => sweep.Runs
        .Select(run => (run.Folder, Results: Finished(run, folder))).Where(run => run.Results is not null)
        .ToDictionary(run => run.Folder, run => run.Results!);

    private static void RequireOwn(Sweep sweep, string folder, bool resume)
    {
        RequireOwnRuns(sweep, folder, resume);
        RequireOwnResults(sweep, folder, resume);
    }

    private static void RequireOwnRuns(Sweep sweep, string folder, bool resume)
    {
        var there = sweep.Runs.Select(run => Path.Combine(folder, run.Folder)).FirstOrDefault(Directory.Exists);
        if (!resume && there is not null)
        {
            throw new BadInputException(
                $"{there}: a run of the sweep is there already. Go on with the sweep by --resume, or give another folder by --out");
        }
    }

    private static void RequireOwnResults(Sweep sweep, string folder, bool resume)
    {
        if (File.Exists(ResultsFile(folder)) && SweepResults.Read(ResultsFile(folder)).Name is var name && (name != sweep.Name || !resume))
        {
            throw new BadInputException(
                $"{ResultsFile(folder)}: the results of the sweep {name} are there. {(name == sweep.Name ? "Go on with it by --resume, or give" : "Give")} "
                + "another folder by --out");
        }
    }

    /// <summary>The results of a run that is complete and has all its networks; null where something is to be done.</summary>
    private static RunResults? Finished(SweepRun run, string folder)
    {
        var its = Path.Combine(folder, run.Folder);
        if (!File.Exists(RunFolder.ResultsFile(its)) || !File.Exists(RunFolder.ExperimentFile(its))
            || !run.Settings.RunningStages.All(stage => File.Exists(Path.Combine(its, stage.FileName()))))
        {
            return null;
        }

        var results = RunResults.Read(RunFolder.ResultsFile(its));
        return results.Complete && SettingsReader.ReadFile(RunFolder.ExperimentFile(its)).Equals(Settings(run, folder)) ? results : null;
    }

    /// <summary>
    /// The run's experiment. Where its folder has one that differs in learning rates alone, that one: somebody went on with it so after it had
    /// diverged, and its results say so.
    /// </summary>
    private static ExperimentSettings Settings(SweepRun run, string folder)
    {
        var file = RunFolder.ExperimentFile(Path.Combine(folder, run.Folder));
        if (!File.Exists(file))
        {
            return run.Settings;
        }

        var there = SettingsReader.ReadFile(file);
        string?[] rates = [.. Enum.GetValues<Stage>().Select(StageNames.LearningRateKey)];
        return SettingsTable.Differences(run.Settings, there).All(difference => rates.Contains(difference.Path)) ? there : run.Settings;
    }
}
