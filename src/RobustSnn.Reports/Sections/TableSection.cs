using System.Globalization;
using RobustSnn.Experiments.Runs;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;
using RobustSnn.Reports.Published;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Reports.Sections;

/// <summary>The final table, with intervals, and P2's figures beside those that are of the same experiment.</summary>
internal static class TableSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("table", "Final table");
        page.Sentence("Accuracy on test images, clean and under each attack; 95 % intervals (Clopper and Pearson) in brackets. They say how much the choice of images matters, not the seed.");
        if (data.Runs.All(run => run.Results.Rows.Count == 0))
        {
            page.Missing("No network has been evaluated yet.", $"rsnn run --resume --out {data.Runs[0].Folder}");
        }

        foreach (var group in data.Runs.Where(run => run.Results.Rows.Count > 0).GroupBy(run => string.Join('\n', Columns(run))))
        {
            var first = group.First();
            var named = data.Runs.Count > 1;
            page.Table(named ? "Accuracy of every network of every run" : "Accuracy of every network",
                [named ? "run: network" : "network", "images", "clean", .. Columns(first), "weights kept", "spikes an image"],
                [.. group.SelectMany(run => run.Results.Rows.Select(row => Row(run, row, named, [.. group.SelectMany(each => each.Results.Rows).SelectMany(each => each.Attacks.Keys).Distinct()])))]);
        }

        WritePublished(page, data);
        page.EndSection();
    }

    private static IReadOnlyList<string> Columns(ReportedRun run) =>
        [.. run.Results.Rows.SelectMany(row => row.Attacks.Keys).Distinct().Select(label => AttackLabel.Full(run.Settings, label))];

    private static IReadOnlyList<string> Row(ReportedRun run, RunRow row, bool isNamed, IReadOnlyList<string> labels) =>
    [
        isNamed ? $"{run.Name}: {row.Network}" : row.Network,
        Numbers.Count(row.Samples),
        Share(row, row.Clean),
        .. labels.Select(label => row.Attacks.TryGetValue(label, out var accuracy) ? Share(row, accuracy) : Numbers.Missing),
        $"{Numbers.Count(row.WeightsKept)} ({Numbers.Percent((double)row.WeightsKept / row.WeightsTotal)})",
        row.SpikesPerImage is { } spikes ? Numbers.Count(spikes) : Numbers.Missing,
    ];

    private static string Share(RunRow row, double share) => double.IsNaN(share) ? Numbers.Percent(share) : Numbers.Percent(share, IntervalOf(row, share));

    private static Interval IntervalOf(RunRow row, double share) => Interval.ClopperPearson((int)Math.Round(share * row.Samples), row.Samples);

    private static void WritePublished(Page page, ReportData data)
    {
        page.SubHeading("Beside P2");
        var rows = data.Runs.SelectMany(run => run.Results.Rows.SelectMany(row => Compared(run, row))).ToArray();
        if (rows.Length > 0)
        {
            page.Table("Published accuracies of the same experiment", ["run: network", "under", "here", "P2", "difference", "P2 within our interval", "P2's table"], rows);
            page.Sentence("P2 gives one training run each, without a deviation, on the 10,000 test images.");
        }

        Without(page, data.Runs.Where(run => PublishedMatch.PresetOf(run.Settings) is null),
            "P2 has no row of the same experiment. Data, network or training differ from every preset of P2 (rsnn presets), so that figures here are of something else and are not compared");
        Without(page, data.Runs.Where(run => PublishedMatch.PresetOf(run.Settings) is not null && run.Results.Rows.All(row => Compared(run, row).Count == 0)),
            "The settings are P2's, but no figure here is of a network, a sparsity, an attack and all 10,000 test images that P2 has a row of");
    }

    private static void Without(Page page, IEnumerable<ReportedRun> runs, string why)
    {
        string[] names = [.. runs.Select(run => run.Name)];
        if (names.Length > 0)
        {
            page.Sentence($"{why}: {string.Join(", ", names)}.", "missing");
        }
    }

    private static IReadOnlyList<IReadOnlyList<string>> Compared(ReportedRun run, RunRow row) =>
    [
        .. PublishedMatch.Of(run.Settings, row, null, null).Select(published => Line(run, row, "clean", row.Clean, published)),
        .. row.Attacks.SelectMany(attack => AttackLabel.Parse(run.Settings, attack.Key) is { } asked
            ? PublishedMatch.Of(run.Settings, row, asked.Attack, asked.Ball).Select(published => Line(run, row, AttackLabel.Full(run.Settings, attack.Key), attack.Value, published))
            : []),
    ];

    private static IReadOnlyList<string> Line(ReportedRun run, RunRow row, string under, double here, PublishedRow published)
    {
        var interval = double.IsNaN(here) ? default : IntervalOf(row, here);
        return
        [
            $"{run.Name}: {row.Network}", under, Share(row, here), Numbers.Percent(published.Accuracy),
            double.IsNaN(here) ? Numbers.Missing : string.Create(CultureInfo.InvariantCulture, $"{100 * (here - published.Accuracy):+0.0;−0.0;0.0} points"),
            double.IsNaN(here) ? Numbers.Missing : published.Accuracy >= interval.Lower && published.Accuracy <= interval.Upper ? "yes" : "no",
            published.Table,
        ];
    }
}
