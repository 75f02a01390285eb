using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace RobustSnn.Benchmarks;

/// <summary>Work a second: GFLOP/s over the existing weights for convolutions, 10⁹ values a second for the rest.</summary>
public sealed class SpeedColumn : IColumn
{
    public string Id => nameof(SpeedColumn);

    public string ColumnName => "Speed";

    public string Legend => "10^9 operations with existing weights a second (convolutions), 10^9 values a second (others)";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
        {
            return "-";
        }

        var layer = (Layer)benchmarkCase.Parameters[nameof(ConvolutionBenchmarks.Layer)];
        double work = benchmarkCase.Descriptor.Type == typeof(ConvolutionBenchmarks)
            ? layer.Operations * (double)benchmarkCase.Parameters[nameof(ConvolutionBenchmarks.Kept)]
            : layer.Values;

        // operations a nanosecond are 10^9 a second
        return (work / statistics.Median).ToString("0.00", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
