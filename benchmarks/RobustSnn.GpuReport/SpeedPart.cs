using System.Text.Json;
using RobustSnn.Cli.Output;
using RobustSnn.Cuda.Profiling;

namespace RobustSnn.GpuReport;

/// <summary>What the card does at most: what operations are held beside.</summary>
internal static class SpeedPart
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static bool Write(ReportOptions options, Markdown text)
    {
        string[] command = ["speed", .. options.IsQuick ? (string[])["--quick"] : []];
        text.Command(Child.Typed(command));
        var speed = Measure(options);
        text.Table(
            ["what", "a second"],
            [
                ["a copy within the card, bytes read and written", $"{Format.Number(speed.CopiedBytes / 1e9, "#,0.0")} GB"],
                ["product of floats", $"{Teras(speed.Single)} (10¹² multiply-adds)"],
                ["product of floats rounded to TF32", $"{Teras(speed.Tensor)} (10¹² multiply-adds)"],
                ["product of halves, sums as floats", $"{Teras(speed.Half)} (10¹² multiply-adds)"],
            ]);
        return true;
    }

    /// <exception cref="PartFailedException">The card cannot be measured.</exception>
    public static CardSpeed Measure(ReportOptions options)
    {
        var outcome = Child.Self(["speed", .. options.IsQuick ? (string[])["--quick"] : []]);
        return outcome is { Code: 0, Output: [var line] } ? JsonSerializer.Deserialize<CardSpeed>(line, Names)! : throw new PartFailedException(outcome.End);
    }

    private static string Teras(double multiplyAdds) => Format.Number(multiplyAdds / 1e12, "0.00");
}
