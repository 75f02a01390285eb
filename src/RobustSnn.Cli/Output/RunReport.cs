using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Output;

/// <summary>What a person sees of a run: its progress and its final table.</summary>
internal static class RunReport
{
    /// <summary>Does the work while showing its progress: moving bars on a screen, else lines.</summary>
    public static T Watch<T>(Terminal terminal, Func<IRunObserver, T> work) => terminal.IsScreen
        ? ProgressBars.On(terminal.Screen, bars => work(new ScreenObserver(bars)))
        : work(new LineObserver(terminal.Output));

    /// <summary>Writes the final table, and what to beware of.</summary>
    public static void Write(Terminal terminal, RunResults results, string folder)
    {
        string[] attacks = [.. results.Rows.SelectMany(row => row.Attacks.Keys).Distinct()];
        terminal.WriteTable(
            ["network", "clean", .. attacks, "weights kept", "spikes an image"],
            [
                .. results.Rows.Select(row => (IReadOnlyList<string>)
                [
                    row.Network,
                    Format.Percent(row.Clean),
                    .. attacks.Select(attack => row.Attacks.TryGetValue(attack, out double accuracy) ? Format.Percent(accuracy) : Format.Missing),
                    $"{Format.Count(row.WeightsKept)} ({Format.Percent((double)row.WeightsKept / row.WeightsTotal)})",
                    row.SpikesPerImage is { } spikes ? Format.Count(spikes) : Format.Missing,
                ]),
            ]);
        WriteEnergy(terminal, results.Energy);
        foreach (string warning in results.Warnings)
        {
            terminal.Error.WriteLine($"warning: {warning}");
        }

        foreach (RunRow row in results.Rows)
        {
            foreach (string warning in row.Warnings)
            {
                terminal.Error.WriteLine($"warning: {row.Network}: {warning}");
            }
        }

        var time = TimeSpan.FromSeconds(results.StageSeconds.Values.Sum());
        terminal.Output.WriteLine($"{results.Name} took {Format.Duration(time)} on {results.Backend}; everything is in {folder}");
    }

    /// <summary>What spikes cost and what is stored; rsnn energy says it by layer.</summary>
    private static void WriteEnergy(Terminal terminal, IReadOnlyList<NetworkEnergy> energies)
    {
        if (energies.Count == 0)
        {
            return;
        }

        terminal.Output.WriteLine();
        terminal.WriteTable(
            ["network", "spikes an image", "operations an image", "dense over this", "by rates", "bytes stored", "bytes dense"],
            [
                .. energies.Select(each => (IReadOnlyList<string>)
                [
                    each.Network,
                    Format.Count(each.Measured.Clean.SpikesPerImage),
                    Format.Count(each.Measured.Clean.Operations),
                    double.IsFinite(each.Measured.Clean.DenseOverThis) ? Format.Number(each.Measured.Clean.DenseOverThis, "0.00") : Format.Missing,
                    Format.Count(each.Measured.Clean.OperationsByRate),
                    Format.Count(each.Memory.Bytes),
                    Format.Count(each.Memory.DenseBytes),
                ]),
            ]);
    }

    internal static string Of(EpochRecord epoch) =>
        $"{epoch.Stage}: epoch {epoch.Epoch}/{epoch.Epochs}, loss {Format.Number(epoch.Loss, "0.000")}, "
        + $"training {Format.Percent(epoch.TrainingAccuracy)}, {Validation(epoch)}{(epoch.Best ? "best so far, " : "")}"
        + $"{Format.Duration(TimeSpan.FromSeconds(epoch.Seconds))}";

    private static string Validation(EpochRecord epoch) => epoch is { ValidationClean: { } clean, ValidationRobust: { } robust }
        ? $"validation {Format.Percent(clean)} clean, {Format.Percent(robust)} robust, "
        : "";

    internal static string Of(StageProgress progress)
    {
        string epoch = progress.Epoch > 0 ? $"epoch {progress.Epoch}/{progress.Epochs}, " : "";
        return $"{progress.Stage}: {epoch}{progress.Detail}, {Format.Number(progress.ImagesPerSecond, "0.0")} images/s, "
            + $"{Format.Duration(progress.Remaining)} left";
    }
}
