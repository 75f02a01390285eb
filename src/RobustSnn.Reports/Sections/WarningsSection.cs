using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>What to beware of, before any number: runs that are not finished, and every warning.</summary>
internal static class WarningsSection
{
    public static void Write(Page page, ReportData data)
    {
        string[] unfinished = [.. data.Runs.Where(run => !run.Results.Complete)
            .Select(run => $"{run.Name} is unfinished: what is here is what it had found so far. Go on with it: rsnn run --resume --out {run.Folder}")];
        string[] warnings =
        [
            .. data.Runs.SelectMany(run => run.Results.Warnings.Select(warning => $"{run.Name}: {warning}")),
            .. data.Runs.SelectMany(run => run.Results.Rows.SelectMany(row => row.Warnings.Select(warning => $"{run.Name}: {row.Network}: {warning}"))),
            .. data.Evaluations.SelectMany(evaluation => evaluation.Result?.Warnings.Select(warning => $"{evaluation.File}: {warning}") ?? []),
            .. data.Notes,
        ];
        page.Heading("warnings", "Warnings");
        foreach (var sentence in unfinished)
        {
            page.Raw($"<p class=\"unfinished\" role=\"alert\"><strong>Unfinished.</strong> {Page.Escape(sentence)}</p>");
        }

        if (warnings.Length > 0)
        {
            page.Raw($"<ul class=\"warnings\">{string.Concat(warnings.Distinct().Select(warning => $"<li>{Page.Escape(warning)}</li>"))}</ul>");
        }
        else if (unfinished.Length == 0)
        {
            page.Sentence("None: every run came to its end and warned of nothing.");
        }

        page.EndSection();
    }
}
