using RobustSnn.Experiments.Runs;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>Loss and accuracy over the epochs of each stage.</summary>
internal static class EpochsSection
{
    // Of runs of a sweep, beside each other: more lines than this nobody tells apart.
    private const int MostLines = 14;

    public static void Write(Page page, ReportData data)
    {
        page.Heading("epochs", "Training");
        if (data.Runs.All(run => run.Results.Epochs.Count == 0))
        {
            page.Missing("No epoch has been trained.", $"rsnn run --resume --out {data.Runs[0].Folder}");
        }

        foreach (var stage in data.Runs.SelectMany(run => run.Results.Epochs.Select(epoch => epoch.Stage)).Distinct())
        {
            page.SubHeading(stage);
            var families = Distinct(data, stage);
            var named = data.Families.Count > 1;
            var shown = families.Take(MostLines / (named ? 2 : 1)).ToArray();
            if (named && shown.Length < families.Length)
            {
                page.Sentence($"The first {shown.Length} of {families.Length} experiments, each with its first seed.");
            }
            else if (data.Families.Count < data.Runs.Count)
            {
                page.Sentence("Of each experiment its first seed.");
            }

            page.Draw(new Chart($"Accuracy over the epochs of {stage}; robust is under FGSM on validation images", "epoch", "accuracy",
                [.. shown.SelectMany(each => Accuracies(named ? $"{each.Name}: " : "", Of(each.Run, stage), named))], IsPercent: true));
            page.Draw(new Chart($"Loss over the epochs of {stage}", "epoch", "loss",
                [.. shown.Select(each => Line(named ? each.Name : "loss", Of(each.Run, stage), epoch => epoch.Loss))], IsPercent: false));
        }

        page.EndSection();
    }

    /// <summary>A stage that runs of a sweep share has the same epochs in each: it is shown once.</summary>
    private static (string Name, ReportedRun Run)[] Distinct(ReportData data, string stage)
    {
        var found = new List<(List<string> Names, ReportedRun Run)>();
        foreach (var (name, runs) in data.Families.Where(family => family.Runs[0].Results.Epochs.Any(epoch => epoch.Stage == stage)))
        {
            if (found.FirstOrDefault(each => Of(each.Run, stage).SequenceEqual(Of(runs[0], stage))) is { Names: { } names })
            {
                names.Add(name);
            }
            else
            {
                found.Add(([name], runs[0]));
            }
        }

        return [.. found.Select(each => (each.Names.Count == 1 ? each.Names[0] : $"{each.Names[0]} and {each.Names.Count - 1} other{(each.Names.Count == 2 ? "" : "s")}", each.Run))];
    }

    private static EpochRecord[] Of(ReportedRun run, string stage) => [.. run.Results.Epochs.Where(epoch => epoch.Stage == stage)];

    private static IEnumerable<Series> Accuracies(string before, EpochRecord[] epochs, bool isShort)
    {
        if (!isShort || epochs.All(epoch => epoch.ValidationClean is null))
        {
            yield return Line($"{before}training", epochs, epoch => epoch.TrainingAccuracy);
        }

        if (epochs.Any(epoch => epoch.ValidationClean is not null))
        {
            yield return Line($"{before}validation, clean", epochs, epoch => epoch.ValidationClean);
            yield return Line($"{before}validation, robust", epochs, epoch => epoch.ValidationRobust);
        }
    }

    private static Series Line(string name, EpochRecord[] epochs, Func<EpochRecord, double?> value) =>
        new(name, [.. epochs.Select(epoch => (object)(double)epoch.Epoch)], [.. epochs.Select(value)]);
}
