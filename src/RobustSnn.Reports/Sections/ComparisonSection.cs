using RobustSnn.Experiments.Sweeps;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>Several runs beside each other: accuracy against sparsity, a line a pruning method (P2's figure 2), and as bars (its figure 1).</summary>
internal static class ComparisonSection
{
    private const string SparsityTitle = "sparsity (%)"; // by which the page's script knows that places are in the order of numbers

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
            var lines = Lines(families.Where(family => family.Runs[0].Pruning is not null), family => family.Runs[0].Pruning.ToString()!.ToLowerInvariant(), network, attack);
            if (lines.Sum(line => line.X.Distinct().Count()) < 2)
            {
                continue;
            }

            lines.AddRange(Lines(families.Where(family => family.Runs[0].Sparsity == 0), _ => "dense", isFinetuned ? "ANN finetuned" : network, attack));
            page.Draw(new Chart($"{network}: accuracy {Under(attack)} against sparsity", SparsityTitle, "accuracy", lines, IsPercent: true));
        }
    }

    /// <summary>One line an experiment; those that would have the same name say which they are.</summary>
    private static List<Series> Lines(IEnumerable<(string Name, IReadOnlyList<ReportedRun> Runs)> families,
        Func<(string Name, IReadOnlyList<ReportedRun> Runs), string> name, string network, string? attack)
    {
        var lines = RunFamilies.Lines(families.Where(family => Values(family.Runs, network, attack).Count > 0));
        return [.. lines.Select(line => Line(lines.Count(other => name(other[0]) == name(line[0])) == 1 ? name(line[0]) : $"{name(line[0])} ({line[0].Name})", line, network, attack))];
    }

    private static Series Line(string name, IEnumerable<(string Name, IReadOnlyList<ReportedRun> Runs)> families, string network, string? attack)
    {
        var points = families.Select(family => (family.Runs[0].Sparsity, Found: Values(family.Runs, network, attack))).Where(each => each.Found.Count > 0)
            .OrderBy(each => each.Sparsity).Select(each => (each.Sparsity, Figure: SeedFigure.Of(each.Found))).ToArray();
        // As places, not as numbers: 90, 95 and 99 would be one spot beside 0.
        return new Series(name, [.. points.Select(each => Numbers.Short(Math.Round(100 * each.Sparsity, 6)))], [.. points.Select(each => (double?)each.Figure.Mean)],
            [.. points.Select(each => each.Figure.Deviation)]);
    }

    /// <summary>The last network of each experiment.</summary>
    private static void WriteBars(Page page, (string Name, IReadOnlyList<ReportedRun> Runs)[] families)
    {
        string?[] columns = [.. Columns(families, null)];
        var series = columns.Select(attack => families.Select(family => (family.Name, Found: Values(family.Runs, null, attack))).Where(each => each.Found.Count > 0).ToArray() is var bars
            ? new Series(attack ?? "clean", [.. bars.Select(each => (object)each.Name)], [.. bars.Select(each => (double?)each.Found.Average())],
                [.. bars.Select(each => SeedFigure.Of(each.Found).Deviation)])
            : null).OfType<Series>().Where(each => each.X.Count > 0).ToArray();
        page.Draw(new Chart("Accuracy of the last network of each experiment", "experiment", "accuracy", series, IsPercent: true, IsBars: true));
        page.Table("Seeds of each experiment", ["experiment", "seeds", "runs without a figure"],
            [.. families.Select(family => (IReadOnlyList<string>)[family.Name, Listed(family.Runs.Where(HasLast).Select(run => $"{run.Settings.Seed}")),
                Listed(family.Runs.Where(run => !HasLast(run)).Select(run => run.Name))])]);
    }

    private static IEnumerable<string?> Columns((string Name, IReadOnlyList<ReportedRun> Runs)[] families, string? network) =>
        [null, .. families.SelectMany(family => family.Runs).SelectMany(run => run.Results.Rows.Where(row => network is null || row.Network == network)
            .SelectMany(row => row.Attacks.Keys.Select(label => AttackLabel.Full(run.Settings, label)))).Distinct()];

    /// <summary>Whether a run has its last network's figures: one that is not complete has those of another.</summary>
    private static bool HasLast(ReportedRun run) => run.Results is { Complete: true, Rows.Count: > 0 };

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } listed ? listed : "none";

    /// <param name="network">Null for the last one of each run.</param>
    /// <param name="attack">In full; null for clean images.</param>
    private static IReadOnlyList<double> Values(IReadOnlyList<ReportedRun> runs, string? network, string? attack) =>
    [
        .. runs.Select(run => (run, Row: network is null ? run.Results.Rows.LastOrDefault() : run.Results.Rows.FirstOrDefault(row => row.Network == network)))
            .Where(each => each.Row is not null && (network is not null || HasLast(each.run)))
            .Select(each => attack is null ? each.Row!.Clean : each.Row!.Attacks.Where(column => AttackLabel.Full(each.run.Settings, column.Key) == attack)
                .Select(column => column.Value).DefaultIfEmpty(double.NaN).First()).Where(double.IsFinite),
    ];

    private static string Under(string? attack) => attack is null ? "on clean images" : $"under {attack}";
}
