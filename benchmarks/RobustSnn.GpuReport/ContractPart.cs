using RobustSnn.Cli.Output;

namespace RobustSnn.GpuReport;

/// <summary>Every operation on every shape and with every option, against the reference.</summary>
internal static class ContractPart
{
    /// <summary>More would bury the report.</summary>
    private const int MostNamed = 200;

    public static bool Write(ReportOptions options, Markdown text)
    {
        string[] command = ["contract", .. options.IsQuick ? (string[])["--quick"] : []];
        text.Command(Child.Typed(command));
        var results = CaseLines.Read(command);
        var failed = results.Where(result => result.Result != "").ToList();
        text.Paragraph($"{Format.Count(results.Count - failed.Count)} passed, {Format.Count(failed.Count)} failed.");
        text.Table(
            ["operation", "passed", "failed"],
            [
                .. results.GroupBy(result => result.Operation).Select(cases => (IReadOnlyList<string>)
                    [cases.Key, Format.Count(cases.Count(each => each.Result == "")), Format.Count(cases.Count(each => each.Result != ""))]),
            ]);
        text.List(failed.Take(MostNamed).Select(each => $"{each.Operation}: {each.Case}: {each.Fault ?? each.Result}"));
        if (failed.Count > MostNamed)
        {
            text.Paragraph($"and {Format.Count(failed.Count - MostNamed)} more.");
        }

        return failed.Count == 0;
    }
}
