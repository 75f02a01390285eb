using RobustSnn.Experiments.Sweeps;

namespace RobustSnn.Cli.Output;

/// <summary>The table that a sweep ends with.</summary>
internal static class SweepReport
{
    /// <summary>Writes one row for each network of each run: the mean over seeds, ± their standard deviation; then what did not come to an end.</summary>
    public static void Write(Terminal terminal, SweepResults results, string folder)
    {
        string[] attacks = [.. results.Rows.SelectMany(row => row.Attacks.Keys).Distinct()];
        bool hasEnergy = results.Rows.Any(row => row.OperationsPerImage is not null);
        terminal.WriteTable(
            ["run", "network", "seeds", "clean", .. attacks, "weights kept", "spikes an image", .. hasEnergy ? (string[])["operations", "first over this"] : []],
            [
                .. results.Rows.Select(row => (IReadOnlyList<string>)
                [
                    row.Run,
                    row.Network,
                    Format.Count(row.Seeds.Count),
                    Percent(row.Clean),
                    .. attacks.Select(attack => row.Attacks.TryGetValue(attack, out SeedFigure accuracy) ? Percent(accuracy) : Format.Missing),
                    Format.Percent(row.WeightsKeptShare),
                    row.SpikesPerImage is { } spikes ? Format.Count(spikes.Mean) : Format.Missing,
                    .. hasEnergy
                        ? (string[])
                        [
                            row.OperationsPerImage is { } operations ? Format.Count(operations.Mean) : Format.Missing,
                            row.FirstOverThis is { } ratio ? Format.Number(ratio.Mean, "0.00") : Format.Missing,
                        ]
                        : [],
                ]),
            ]);
        foreach (var (run, warnings) in results.Warnings)
        {
            foreach (string warning in warnings)
            {
                terminal.Error.WriteLine($"warning: {run}: {warning}");
            }
        }

        foreach (var (run, reason) in results.Unfinished)
        {
            terminal.Error.WriteLine($"warning: {run} is not in the table: {reason}");
        }

        terminal.Output.WriteLine($"{results.Name}: everything is in {folder}");
    }

    private static string Percent(SeedFigure figure) => figure.Deviation is { } deviation
        ? $"{Format.Number(100 * figure.Mean, "0.0")} ± {Format.Number(100 * deviation, "0.0")} %"
        : Format.Percent(figure.Mean);
}
