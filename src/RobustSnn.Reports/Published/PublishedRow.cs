using System.Globalization;

namespace RobustSnn.Reports.Published;

/// <summary>An accuracy that P2 publishes.</summary>
/// <param name="Table">Of P2.</param>
/// <param name="Model">ann; snn: converted and finetuned; snn_e2e_random, snn_e2e_ann_connectivity: the baselines.</param>
/// <param name="Pruning">dense, lwm, uniform (HYDRA) or nonuniform (HARP).</param>
/// <param name="Epsilon255">The radius times 255; 0 for clean images.</param>
/// <param name="Accuracy">From 0 to 1, rounded to a tenth of a percent as it is published.</param>
internal sealed record PublishedRow(
    string Table, string DataSet, string Architecture, string Model, string Pruning, double SparsityPercent, string Attack, double Epsilon255, double Accuracy)
{
    /// <summary>Every row of P2's tables of accuracies.</summary>
    public static IReadOnlyList<PublishedRow> All { get; } = Read();

    private static PublishedRow[] Read()
    {
        using var stream = typeof(PublishedRow).Assembly.GetManifestResourceStream("Published/results.csv")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => Of(line.TrimEnd('\r').Split(',')))];
    }

    private static PublishedRow Of(string[] cells) => new(
        cells[0], cells[1], cells[2], cells[3], cells[4], Number(cells[5]), cells[6], Number(cells[7]), Number(cells[8]) / 100);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
