using System.CommandLine;
using RobustSnn.Cli.Output;
using RobustSnn.Reports;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn report</c>: runs as one HTML file.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Folders of runs, or of sweeps, which are the runs in them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var target = new Option<string?>("--out") { Description = $"The report. [default: {HtmlReport.FileName} in the first folder]", HelpName = "FILE" };
        var evaluations = new Option<string[]>("--evaluation")
        {
            Description = "What rsnn evaluate --json wrote, of an evaluation, its diagnosis or a curve; may be repeated.",
            HelpName = "FILE",
        };
        var command = new Command(
            "report",
            "Writes one HTML file about runs: tables, charts, images, settings. It opens without a network.\n"
            + "Example: rsnn report runs/small --out small.html")
        {
            runs, target, evaluations,
        };
        command.SetAction(parsed =>
        {
            string[] folders = parsed.GetRequiredValue(runs);
            string path = parsed.GetValue(target) ?? Path.Combine(folders[0], HtmlReport.FileName);
            int count = HtmlReport.Write(folders, parsed.GetValue(evaluations) ?? [], path);
            terminal.Output.WriteLine($"{path}: a report of {Format.Count(count)} {(count == 1 ? "run" : "runs")}, {Format.Megabytes(new FileInfo(path).Length)}");
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The report of a run that has just come to its end. That it cannot be written is said and fails nothing: the results are safe, and it can be made again.</summary>
    public static void WriteBeside(Terminal terminal, string run)
    {
        string path = Path.Combine(run, HtmlReport.FileName);
        try
        {
            HtmlReport.Write([run], [], path);
            terminal.Output.WriteLine($"report: {path}");
        }
        catch (Exception refusal) // whatever it is: hours of a run must not end as failed for their picture
        {
            terminal.Error.WriteLine($"warning: the results are complete, but their report could not be written: {refusal.Message.ReplaceLineEndings(" ")} Make it by rsnn report {Quoting.Of(run)} --out FILE");
        }
    }
}
