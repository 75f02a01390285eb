using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace RobustSnn.Benchmarks;

/// <summary>Work of a kind a second.</summary>
/// <param name="amount">Of one call.</param>
/// <param name="peak">What the machine does at most; null for what there is no such number of.</param>
internal sealed class WorkColumn(string name, string legend, Func<Work, double> amount, Func<MachinePeak, double>? peak = null) : IColumn
{
    public string Id => name;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    /// <summary>In 10⁹ a second, or in hundredths of the peak.</summary>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var name = benchmarkCase.Parameters[nameof(KernelBenchmarks.Case)]?.ToString() ?? "";
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics || !KernelBenchmarks.Done.TryGetValue(name, out var work) || amount(work) == 0)
        {
            return "–";
        }

        var billions = amount(work) / statistics.Median; // a nanosecond
        return peak is null
            ? billions.ToString("0.00", CultureInfo.InvariantCulture)
            : (100 * billions * 1e9 / peak(MachinePeak.Highest)).ToString("0", CultureInfo.InvariantCulture) + " %";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
