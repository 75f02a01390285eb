using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>
/// Runs the experiments of a sweep one after the other, each in a folder of its own. Stages that an earlier run has done with the same
/// settings are not done again. Runs that are complete stay as they are: an interrupted sweep, or one that has got more runs, goes on.
/// </summary>
public static class SweepRunner
{
    /// <summary>Where a sweep's folder keeps its results.</summary>
    public static string ResultsFile(string folder) => Path.Combine(folder, "sweep.json");

    /// <param name="folder">Where the runs' folders go; made if it is not there.</param>
    /// <param name="resume">Whether a sweep that is there may be gone on with.</param>
    /// <exception cref="BadInputException">A sweep is there and shall not be gone on with, or as <see cref="ExperimentRun"/>.</exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public static SweepResults Run(
        Sweep sweep, string folder, bool resume, IBackend backend, IRunObserver observer, CancellationToken cancellation)
    {
        if (!resume && sweep.Runs.FirstOrDefault(run => Directory.Exists(Path.Combine(folder, run.Folder))) is { } there)
        {
            throw new BadInputException(
                $"{Path.Combine(folder, there.Folder)}: a run of the sweep is there already. Go on with the sweep by --resume, or give another folder by --out");
        }

        var done = new Dictionary<string, RunResults>();
        var unfinished = new Dictionary<string, string>();
        foreach (var run in sweep.Runs)
        {
            observer.Note($"{run.Folder}: run {done.Count + unfinished.Count + 1} of {sweep.Runs.Count}");
            string[] others = [.. done.Keys.Select(each => Path.Combine(folder, each))];
            try
            {
                done[run.Folder] = ExperimentRun.Run(
                    run.Settings, Path.Combine(folder, run.Folder), resume, others, backend, observer, cancellation);
            }
            catch (TrainingDivergedException divergence)
            {
                // The others may well come to an end.
                unfinished[run.Folder] = divergence.Message;
                observer.Note($"{run.Folder}: {divergence.Message}");
            }

            SweepResults.Of(sweep, done, unfinished).Write(ResultsFile(folder));
        }

        return SweepResults.Of(sweep, done, unfinished);
    }
}
