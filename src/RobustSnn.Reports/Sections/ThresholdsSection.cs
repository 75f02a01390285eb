using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>Thresholds of neurons, before and after the SNN was finetuned.</summary>
internal static class ThresholdsSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("thresholds", "Thresholds");
        var runs = data.Families.Select(family => (family.Name, family.Runs[0].Thresholds)).Where(each => each.Thresholds.Count > 0).ToArray();
        if (runs.Length == 0)
        {
            page.Missing("No spiking checkpoint is in the folder.", $"rsnn run --resume --out {data.Runs[0].Folder}");
        }
        else
        {
            page.Draw(new Chart("Threshold by layer, as conversion left it and after finetuning", "layer of neurons", "threshold",
                [.. runs.SelectMany(run => Both(data.Runs.Count > 1 ? $"{run.Name}: " : "", run.Thresholds))], IsPercent: false));
        }

        page.EndSection();
    }

    private static Series[] Both(string before, IReadOnlyList<LayerThresholds> layers) =>
    [
        .. new[]
        {
            new Series($"{before}converted", [.. layers.Select(layer => (object)layer.Layer)], [.. layers.Select(layer => layer.Converted)]),
            new Series($"{before}finetuned", [.. layers.Select(layer => (object)layer.Layer)], [.. layers.Select(layer => layer.Finetuned)]),
        }.Where(series => series.Y.Any(value => value is not null)),
    ];
}
