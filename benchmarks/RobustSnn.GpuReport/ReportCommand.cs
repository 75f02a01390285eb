using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Cuda;
using RobustSnn.Model;

namespace RobustSnn.GpuReport;

/// <summary>The program's arguments.</summary>
internal static class ReportCommand
{
    /// <summary>What is returned where there is no card to report on, or none that can be used.</summary>
    public const int NoCard = 3;

    public static int Run(string[] arguments)
    {
        CudaBackends.Register();
        try
        {
            ParseResult parsed = Root().Parse(arguments);
            int code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
        }
        catch (BadInputException mistake)
        {
            Console.Error.WriteLine($"gpu-report: {mistake.Message}");
            return ExitCode.BadInput;
        }
    }

    private static RootCommand Root()
    {
        var golden = new Option<string?>("--golden") { Description = "Folder of the reference's golden cases.", HelpName = "DIR" };
        var output = new Option<string>("--out")
        {
            Description = "The report, in Markdown.",
            HelpName = "FILE.md",
            DefaultValueFactory = _ => "gpu-report.md",
        };
        var python = new Option<string>("--python")
        {
            Description = "A Python that has PyTorch with CUDA.",
            HelpName = "PROGRAM",
            DefaultValueFactory = _ => "python3",
        };
        var quick = new Option<bool>("--quick") { Description = "Everything tiny: a rehearsal, whose figures mean nothing." };
        var parts = new Option<string?>("--parts")
        {
            Description = $"Only some of {string.Join(", ", Parts.Names)}; all where left out.",
            HelpName = "NAME,...",
        };
        var root = new RootCommand(
            "Holds the CUDA backend against the reference on this machine's card, and measures it beside what the card can do and beside "
            + "PyTorch.\n"
            + "Example: gpu-report --golden golden --out report.md")
        {
            golden, output, python, quick, parts,
        };
        root.SetAction(parsed => FullReport.Write(new ReportOptions(
            parsed.GetValue(golden), parsed.GetRequiredValue(output), parsed.GetRequiredValue(python), parsed.GetValue(quick),
            parsed.GetValue(parts)?.Split(',') ?? [])));
        foreach (var part in CardCommands.All())
        {
            root.Add(part);
        }

        root.Add(new Command("rsnn", "Is rsnn, with all its commands: gpu-report rsnn bench --backend cuda"));
        return root;
    }
}

/// <summary>What a report is asked for.</summary>
/// <param name="Golden">Folder of golden cases; null for none.</param>
/// <param name="Only">Names of parts; all where empty.</param>
internal sealed record ReportOptions(string? Golden, string Output, string Python, bool IsQuick, IReadOnlyList<string> Only);
