using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace RobustSnn.GpuReport;

/// <summary>What the figures were made on, and with.</summary>
internal static class MachinePart
{
    private const string ProcessorFile = "/proc/cpuinfo";

    public static bool Write(ReportOptions options, Markdown text)
    {
        text.List(
        [
            $"date: {DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC",
            $"program: {typeof(MachinePart).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}",
            $"system: {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
            $"processor: {Processor()}, {Environment.ProcessorCount} logical cores",
        ]);
        text.Command(Child.Typed("describe"));
        var card = Child.Self(["describe"]);
        text.List(card.Output);
        return card.Code == 0 ? true : throw new PartFailedException(card.End);
    }

    private static string Processor() => File.Exists(ProcessorFile)
        && File.ReadLines(ProcessorFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line.Split(':', 2)[^1].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
}
