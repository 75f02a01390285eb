using RobustSnn.Cli.Output;
using RobustSnn.Cuda.Profiling;

namespace RobustSnn.GpuReport;

/// <summary>Each operation's time, beside what copying its operands, or multiplying as much, would take.</summary>
internal static class OperationsPart
{
    public static bool Write(ReportOptions options, Markdown text)
    {
        string[] command = ["operations", .. options.IsQuick ? (string[])["--quick"] : []];
        text.Command(Child.Typed(command));

        // Measured anew right before: the card is then as warm, or as busy with others, as for the operations.
        var speed = SpeedPart.Measure(options);
        text.Paragraph(
            $"T = {Contract.LayerCases.Timesteps}, lanes as the backend lays them out, times by the card's events over recorded calls. Bytes are those "
            + $"of the operands, each once; beside {Format.Number(speed.CopiedBytes / 1e9, "#,0")} GB/s of copying (above 100 % where a cache holds the "
            + $"operands) and {Teras(speed.Single)}, {Teras(speed.Tensor)} and {Teras(speed.Half)} 10¹² multiply-adds a second of floats, TF32 and "
            + "halves. Of pruned layers, multiply-adds are those with weights that exist.");
        var results = CaseLines.Read(command);
        text.Table(
            ["operation", "case", "µs", "GB/s", "of copying", "10¹² multiply-adds/s", "of floats", "of TF32", "of halves"],
            [.. results.Select(result => Row(result, speed))]);
        return results.All(result => result.Fault is null);
    }

    private static IReadOnlyList<string> Row(CaseResult result, CardSpeed speed)
    {
        if (result.Fault is { } fault)
        {
            return [result.Operation, $"{result.Case}: FAILED: {fault}", .. Enumerable.Repeat(Markdown.Missing, 7)];
        }

        var time = OperationTime.Parse(result.Result!);
        var (bytes, products) = (time.Bytes / time.Seconds, time.MultiplyAdds / time.Seconds);
        return
        [
            result.Operation, result.Case, Format.Number(time.Seconds * 1e6, "0.0"), Format.Number(bytes / 1e9, "0.0"), Share(bytes, speed.CopiedBytes),
            .. products > 0
                ? (string[])[Teras(products), Share(products, speed.Single), Share(products, speed.Tensor), Share(products, speed.Half)]
                : [.. Enumerable.Repeat(Markdown.Missing, 4)],
        ];
    }

    private static string Teras(double multiplyAdds) => Format.Number(multiplyAdds / 1e12, "0.00");

    private static string Share(double value, double of) => $"{Format.Number(100 * value / of, "0")} %";
}
