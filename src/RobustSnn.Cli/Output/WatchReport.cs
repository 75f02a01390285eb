using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Sweeps;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RobustSnn.Cli.Output;

/// <summary>A run, or a sweep, in words and tables.</summary>
internal static class WatchReport
{
    /// <summary>Epochs, at most, that a screen shows.</summary>
    private const int MostEpochs = 12;

    /// <summary>What has happened so far, a line each, in order. A line stays as it is once it is there.</summary>
    public static IEnumerable<string> Lines(WatchedRun run, string folder)
    {
        if (run.Process is { } process)
        {
            yield return $"{run.Name}: process {process} is at it";
        }

        IReadOnlyList<EpochRecord> epochs = run.Results?.Epochs ?? [];
        string? stage = run.State == RunState.Running ? run.Progress?.Stage : null;
        foreach (EpochRecord epoch in epochs.Where(epoch => epoch.Stage != stage))
        {
            yield return RunReport.Of(epoch);
        }

        if (stage is not null)
        {
            yield return $"{stage}: {run.Progress!.Detail}";
        }

        foreach (EpochRecord epoch in epochs.Where(epoch => epoch.Stage == stage))
        {
            yield return RunReport.Of(epoch);
        }

        foreach (RunRow row in run.Results?.Rows ?? [])
        {
            yield return $"{row.Network}: clean {Format.Percent(row.Clean)}"
                + string.Concat(row.Attacks.Select(attack => $", {attack.Key} {Format.Percent(attack.Value)}"));
        }

        if (run.State != RunState.Running)
        {
            yield return $"{run.Name}: {Ending(run, folder)}";
        }
    }

    /// <summary>As above, of a sweep.</summary>
    public static IEnumerable<string> Lines(WatchedSweep sweep, string folder)
    {
        yield return $"{sweep.Name}: {sweep.Runs.Count} runs";
        foreach (var (its, run) in sweep.Runs)
        {
            if (run is not null)
            {
                yield return $"{its}: {Brief(run)}";
            }
        }

        if (sweep.State != RunState.Running)
        {
            yield return Ending(sweep, folder);
        }
    }

    public static IRenderable Table(WatchedRun run, string folder)
    {
        List<IRenderable> parts = [Line($"{run.Name}: {(run.State == RunState.Running ? Position(run) : Ending(run, folder))}")];
        if (run is { State: RunState.Running, Progress: { } progress })
        {
            parts.Add(Line(Throughput(progress)));
        }

        if (run.Results is { Epochs.Count: > 0 } results)
        {
            parts.Add(Grid(
                ["stage", "epoch", "loss", "training", "clean", "robust", "rate", "time"],
                results.Epochs.TakeLast(MostEpochs).Select(epoch => (string[])
                [
                    epoch.Stage, $"{epoch.Epoch}/{epoch.Epochs}", Format.Number(epoch.Loss, "0.000"), Format.Percent(epoch.TrainingAccuracy),
                    Percent(epoch.ValidationClean), Percent(epoch.ValidationRobust), Format.Number(epoch.LearningRate, "0.#####"),
                    Format.Duration(TimeSpan.FromSeconds(epoch.Seconds)),
                ])));
        }

        if (run.Results is { Rows.Count: > 0 } table)
        {
            string[] attacks = [.. table.Rows.SelectMany(row => row.Attacks.Keys).Distinct()];
            parts.Add(Grid(
                ["network", "clean", .. attacks],
                table.Rows.Select(row => (string[])
                [
                    row.Network, Format.Percent(row.Clean),
                    .. attacks.Select(attack => row.Attacks.TryGetValue(attack, out double accuracy) ? Format.Percent(accuracy) : Format.Missing),
                ])));
        }

        if (run is { State: RunState.Running, Progress.SpikeRates: { Count: > 0 } rates })
        {
            parts.Add(Grid(["layer", "spikes a neuron and timestep"], rates.Select(rate => (string[])[rate.Layer, Format.Percent(rate.Rate)])));
        }

        return new Rows(parts);
    }

    public static IRenderable Table(WatchedSweep sweep, string folder) => new Rows(
        Line(sweep.State == RunState.Running
            ? $"{sweep.Name}: {sweep.Runs.Count(run => run.Run?.State == RunState.Finished)} of {sweep.Runs.Count} runs have finished"
            : Ending(sweep, folder)),
        Grid(
            ["run", "state", "last network", "clean", "images/s", "stage left"],
            sweep.Runs.Select(each => (string[])
            [
                each.Folder, each.Run is null ? "to come" : Brief(each.Run), each.Run?.Results?.Rows.LastOrDefault()?.Network ?? Format.Missing,
                Percent(each.Run?.Results?.Rows.LastOrDefault()?.Clean),
                each.Run is { State: RunState.Running, Progress: { ImagesPerSecond: > 0 } progress } ? Format.Count(progress.ImagesPerSecond) : Format.Missing,
                each.Run is { State: RunState.Running, Progress: { Total: > 0 } left } ? Format.Duration(TimeSpan.FromSeconds(left.SecondsLeft)) : Format.Missing,
            ])));

    private static string Brief(WatchedRun run) => run.State switch
    {
        RunState.Running => run.Progress is { Stage: { } stage } progress ? stage + Epoch(progress) : "beginning",
        RunState.Failed => $"failed: {run.Message}",
        RunState.Gone => "its process is gone",
        _ => run.State.ToString().ToLowerInvariant(),
    };

    /// <summary>Which stage, of how many, and what it does.</summary>
    private static string Position(WatchedRun run) => run.Progress is { Stage: { } stage } progress
        ? $"{stage}, stage {progress.Stages.ToList().IndexOf(stage) + 1} of {progress.Stages.Count}: {progress.Detail}"
        : $"process {run.Process} is beginning";

    private static string Throughput(RunProgress progress) => progress.Total == 0
        ? "no images counted yet"
        : $"{(progress.Epoch > 0 ? $"epoch {progress.Epoch} of {progress.Epochs}, " : "")}{Format.Count(progress.Done)} of {Format.Count(progress.Total)} images, "
            + $"{Format.Count(progress.ImagesPerSecond)} a second, {Format.Duration(TimeSpan.FromSeconds(progress.SecondsLeft))} left in this stage, {progress.Figure}";

    private static string Epoch(RunProgress progress) => progress.Epoch > 0 ? $" {progress.Epoch}/{progress.Epochs}" : "";

    private static string Ending(WatchedRun run, string folder) => run.State switch
    {
        RunState.Finished => "finished",
        RunState.Interrupted => $"interrupted; it goes on with: rsnn run --resume --out {Quoting.Of(folder)}",
        RunState.Failed => $"failed: {run.Message}",
        _ => $"no process is at it any more: killed, perhaps; it goes on with: rsnn run --resume --out {Quoting.Of(folder)}",
    };

    private static string Ending(WatchedSweep sweep, string folder) => sweep.State switch
    {
        RunState.Finished => $"{sweep.Name}: finished",
        RunState.Interrupted => $"{sweep.Name}: interrupted; it goes on with the same command and --resume --out {Quoting.Of(folder)}",
        RunState.Failed => $"{sweep.Name}: failed: {sweep.Message}",
        _ => $"{sweep.Name}: no process is at it any more: killed, perhaps; it goes on with the same command and --resume --out {Quoting.Of(folder)}",
    };

    private static string Percent(double? share) => share is { } given ? Format.Percent(given) : Format.Missing;

    private static Text Line(string text) => new(Visible.Text(text));

    private static Table Grid(string[] header, IEnumerable<string[]> rows)
    {
        Table table = new Table().RoundedBorder();
        foreach (string title in header)
        {
            bool isName = table.Columns.Count == 0;
            table.AddColumn(new TableColumn(new Text(title)) { Alignment = isName ? Justify.Left : Justify.Right, NoWrap = isName });
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Visible.Text(cell))));
        }

        return table;
    }
}
