using RobustSnn.Experiments.Runs;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>The members of ensembles (P2's table A1).</summary>
internal static class MembersSection
{
    public static void Write(Page page, ReportData data)
    {
        page.Heading("members", "Members of ensembles");
        var found = data.Runs.SelectMany(run => run.Results.Rows.SelectMany(row => Ensembles(row).Select(members => (run, row, members)))).ToArray();
        if (found.Length == 0)
        {
            page.Missing("No members were kept: no ensemble was run, or an older program ran it.",
                $"rsnn evaluate {data.Runs[0].Folder}/finetuned-snn.safetensors --attack fgsm_ens --json > evaluation.json && rsnn report {data.Runs[0].Folder} --evaluation evaluation.json");
        }
        else
        {
            page.Sentence("Each member sees only the images that those before it left correct. So the accuracy so far falls from member to member, the last one is that of the ensemble, "
                + "and only the first is what an estimator would come to alone. That of another alone, as in P2's table A1, is measured by rsnn evaluate CHECKPOINT --attack 'fgsm(surrogate=NAME)'.");
        }

        foreach (var (run, row, members) in found)
        {
            var title = $"{(data.Runs.Count > 1 ? $"{run.Name}: " : "")}{row.Network} under {AttackLabel.Full(run.Settings, members[0].Attack)}";
            page.Raw($"<details{(found.Length == 1 ? " open" : "")}><summary>{Page.Escape(title)}</summary>");
            Table(page, title, row.Samples, [.. members.Select(member => (member.Estimator, member.Attacked, member.Correct))]);
            page.Raw("</details>");
        }

        foreach (var evaluation in data.Evaluations.Where(each => each.Result is not null))
        {
            foreach (var attack in evaluation.Result!.Attacks.Where(attack => attack.Members.Count > 1))
            {
                Table(page, $"{Path.GetFileName(evaluation.File)}: {attack.Attack}", evaluation.Result.Samples,
                    [.. attack.Members.Select(member => ($"{member.Attack} {member.Estimator}", member.Outcome.Attacked, member.Outcome.Correct))]);
            }
        }

        page.EndSection();
    }

    private static IEnumerable<MemberFigure[]> Ensembles(RunRow row) =>
        row.Members.GroupBy(member => member.Attack).Where(members => members.Count() > 1).Select(members => members.ToArray());

    private static void Table(Page page, string title, int samples, IReadOnlyList<(string Name, int Attacked, int Correct)> members) =>
        page.Table(title, ["member", "attacked", "broken", "left correct", "accuracy so far"],
            [.. members.Select(member => (IReadOnlyList<string>)
                [member.Name, Numbers.Count(member.Attacked), Numbers.Count(member.Attacked - member.Correct), Numbers.Count(member.Correct), Numbers.Percent((double)member.Correct / samples)])]);
}
