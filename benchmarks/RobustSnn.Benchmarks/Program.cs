using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Perfolizer.Horology;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RobustSnn.Benchmarks;

var before = MachinePeak.Measure();

// In this process: what is timed is the backend as built, and no project has to be generated.
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithEvaluateOverhead(false)
        .WithWarmupCount(2).WithIterationCount(7).WithIterationTime(TimeInterval.FromMilliseconds(100)))
    .AddLogger(ConsoleLogger.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params, DefaultColumnProviders.Statistics)
    .AddColumn(
        new WorkColumn("GMAC/s", "10^9 multiplications with existing weights a second, those with a border's zeros included", work => work.MultiplyAdds),
        new WorkColumn("of peak", "of the machine's multiply-adds", work => work.MultiplyAdds, limit => limit.MultiplyAdds),
        new WorkColumn("Gvalues/s", "10^9 values of the largest operand a second, a neuron counted at every timestep", work => work.Values),
        new WorkColumn("GB/s", "10^9 bytes of operands a second", work => work.Bytes),
        new WorkColumn("of copying", "of the bytes that copying reads and writes; more where a cache holds the operands", work => work.Bytes, limit => limit.Bytes))
    .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(200));
BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args, config);
var after = MachinePeak.Measure();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"This machine, {Environment.ProcessorCount} cores together: {before.MultiplyAdds / 1e9:0.0} GMAC/s in registers and {before.Bytes / 1e9:0.0} GB/s of copying before, {after.MultiplyAdds / 1e9:0.0} and {after.Bytes / 1e9:0.0} after."));
