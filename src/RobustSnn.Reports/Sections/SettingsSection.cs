using RobustSnn.Experiments.Settings;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>What was run, by which program, on what, and how long it took.</summary>
internal static class SettingsSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("settings", "Settings and time");
        page.Table("Runs", ["run", "seed", "program", "computed on", "finished", "time"],
        [
            .. data.Runs.Select(run => (IReadOnlyList<string>)
            [
                run.Name, $"{run.Settings.Seed}", $"rsnn {run.Results.Version}", run.Results.Backend, run.Results.Complete ? "yes" : "no",
                Numbers.Duration(run.Results.StageSeconds.Values.Sum()),
            ]),
        ]);
        string[] stages = [.. data.Runs.SelectMany(run => run.Results.StageSeconds.Keys).Distinct()];
        page.Table("Time by stage; a stage that a sweep took from another run has none", ["run", .. stages],
        [
            .. data.Runs.Select(run => (IReadOnlyList<string>)
                [run.Name, .. stages.Select(stage => run.Results.StageSeconds.TryGetValue(stage, out var seconds) ? Numbers.Duration(seconds) : Numbers.Missing)]),
        ]);
        foreach (var run in data.Runs)
        {
            page.Raw($"<details><summary>{Page.Escape($"{run.Name}: the resolved experiment and who computed it")}</summary>");
            foreach (var session in run.Results.Sessions)
            {
                page.Sentence($"rsnn {session.Version} on {session.Backend}; arithmetic: {session.Arithmetic}"
                    + (session.Changes.Count > 0 ? $"; with other settings: {string.Join("; ", session.Changes)}" : ""));
            }

            page.Raw($"<pre tabindex=\"0\">{Page.Escape(SettingsWriter.Write(run.Settings))}</pre></details>");
        }

        page.EndSection();
    }
}
