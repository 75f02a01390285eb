using RobustSnn.Experiments.Sweeps;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>Several runs beside each other: accuracy against sparsity, a line a pruning method (P2's figure 2), and as bars (its figure 1).</summary>
internal static class ComparisonSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("comparison", "Runs beside each other");
        if (data.Runs.Count == 1)
        {
            page.Missing("A comparison needs several runs.", "rsnn report RUN RUN…  or  rsnn sweep figure2-small");
            page.EndSection();
            return;
        }

        var families = data.Families.Where(family => family.Runs.Any(run => run.Results.Rows.Count > 0)).ToArray();
        string[] networks = [.. families.SelectMany(family => family.Runs).SelectMany(run => run.Results.Rows).Select(row => row.Network).Distinct()];
        page.Sentence("Points and bars are means over the seeds that have the figure, error bars one standard deviation of them on each side; runs are one experiment only where they differ in nothing but the seed.");
        foreach (var network in networks)
        {
            WriteSparsity(page, network, families);
        }

        WriteBars(page, families);
        page.EndSection();
    }

    private static void WriteSparsity(Page page, string network, (string Name, IReadOnlyList<ReportedRun> Runs)[] families)
    {
        // A sparse ANN has another name than a dense one, though both are what finetuning left.
        var isFinetuned = network is "sparse ANN" or "ANN finetuned";
        if (network == "ANN finetuned" && families.Any(family => family.Runs.Any(run => run.Results.Rows.Any(row => row.Network == "sparse ANN"))))
        {
            return;
        }

        foreach (var attack in Columns(families, network))
        {
            var lines = families.Where(family => family.Runs[0].Sparsity > 0 && Values(family.Runs, network, attack).Count > 0)
                .GroupBy(family => family.Runs[0].Settings.Prune.Method)
                .Select(method => Line(method.Key.ToString().ToLowerInvariant(), method, network, attack)).Where(line => line.X.Count > 0).ToList();
            if (lines.Sum(line => line.X.Distinct().Count()) < 2)
            {
                continue;
            }

            var dense = families.Where(family => family.Runs[0].Sparsity == 0).ToArray();
            if (Line("dense", dense, isFinetuned ? "ANN finetuned" : network, attack) is { X.Count: > 0 } point)
            {
                lines.Add(point);
            }

            page.Draw(new Chart($"{network}: accuracy {Under(attack)} against sparsity", "sparsity (%)", "accuracy", lines, IsPercent: true));
        }
    }

    private static Series Line(string name, IEnumerable<(string Name, IReadOnlyList<ReportedRun> Runs)> families, string network, string? attack)
    {
        var points = families.Select(family => (family.Runs[0].Sparsity, Found: Values(family.Runs, network, attack))).Where(each => each.Found.Count > 0)
            .OrderBy(each => each.Sparsity).Select(each => (each.Sparsity, Figure: SeedFigure.Of(each.Found))).ToArray();
        return new Series(name, [.. points.Select(each => (object)Math.Round(100 * each.Sparsity, 6))], [.. points.Select(each => (double?)each.Figure.Mean)],
            [.. points.Select(each => each.Figure.Deviation ?? 0)]);
    }

    /// <summary>The last network of each experiment.</summary>
    private static void WriteBars(Page page, (string Name, IReadOnlyList<ReportedRun> Runs)[] families)
    {
        string?[] columns = [.. Columns(families, null)];
        var series = columns.Select(attack => families.Select(family => (family.Name, Found: Values(family.Runs, null, attack))).Where(each => each.Found.Count > 0).ToArray() is var bars
            ? new Series(attack ?? "clean", [.. bars.Select(each => (object)each.Name)], [.. bars.Select(each => (double?)each.Found.Average())],
                [.. bars.Select(each => SeedFigure.Of(each.Found).Deviation ?? 0)])
            : null).OfType<Series>().Where(each => each.X.Count > 0).ToArray();
        page.Draw(new Chart("Accuracy of the last network of each experiment", "experiment", "accuracy", series, IsPercent: true, IsBars: true));
        page.Table("Seeds of each experiment", ["experiment", "seeds", "runs without a figure"],
            [.. families.Select(family => (IReadOnlyList<string>)[family.Name, string.Join(", ", family.Runs.Select(run => run.Settings.Seed)),
                string.Join(", ", family.Runs.Where(run => run.Results.Rows.Count == 0).Select(run => run.Name)) is { Length: > 0 } without ? without : "none"])]);
    }

    private static IEnumerable<string?> Columns((string Name, IReadOnlyList<ReportedRun> Runs)[] families, string? network) =>
        [null, .. families.SelectMany(family => family.Runs).SelectMany(run => run.Results.Rows.Where(row => network is null || row.Network == network)
            .SelectMany(row => row.Attacks.Keys.Select(label => AttackLabel.Full(run.Settings, label)))).Distinct()];

    /// <param name="network">Null for the last one of each run.</param>
    /// <param name="attack">In full; null for clean images.</param>
    private static IReadOnlyList<double> Values(IReadOnlyList<ReportedRun> runs, string? network, string? attack) =>
    [
        .. runs.Select(run => (run, Row: network is null ? run.Results.Rows.LastOrDefault() : run.Results.Rows.FirstOrDefault(row => row.Network == network)))
            .Where(each => each.Row is not null && (network is not null || each.run.Results.Complete))
            .Select(each => attack is null ? each.Row!.Clean : each.Row!.Attacks.Where(column => AttackLabel.Full(each.run.Settings, column.Key) == attack)
                .Select(column => column.Value).DefaultIfEmpty(double.NaN).First()).Where(double.IsFinite),
    ];

    private static string Under(string? attack) => attack is null ? "on clean images" : $"under {attack}";
}
