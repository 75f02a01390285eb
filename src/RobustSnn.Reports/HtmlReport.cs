using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;
using RobustSnn.Reports.Sections;

namespace RobustSnn.Reports;

/// <summary>A report of runs as one HTML file, which asks the network for nothing.</summary>
public static class HtmlReport
{
    /// <summary>What a run's folder calls its report.</summary>
    public const string FileName = "report.html";

    /// <summary>Reads runs and writes their report.</summary>
    /// <param name="runs">Folders of runs, or of sweeps, which are the runs in them.</param>
    /// <param name="evaluations">Files that <c>rsnn evaluate --json</c> wrote.</param>
    /// <param name="path">Of the report.</param>
    /// <returns>How many runs it has.</returns>
    /// <exception cref="BadInputException">A folder has no run, a file of one says what cannot be, or the report cannot be written.</exception>
    public static int Write(IReadOnlyList<string> runs, IReadOnlyList<string> evaluations, string path)
    {
        RequireOwn(path);
        var data = RunCollector.Collect(runs, evaluations);
        AtomicFile.WriteText(path, Render(data));
        return data.Runs.Count;
    }

    internal static string Render(ReportData data)
    {
        var page = new Page();
        WarningsSection.Write(page, data);
        TableSection.Write(page, data);
        EpochsSection.Write(page, data);
        ComparisonSection.Write(page, data);
        LayersSection.Write(page, data);
        MembersSection.Write(page, data);
        EvaluationsSection.Write(page, data);
        ThresholdsSection.Write(page, data);
        EnergySection.Write(page, data);
        ImagesSection.Write(page, data);
        SettingsSection.Write(page, data);
        var title = data.Runs.Count == 1 ? data.Runs[0].Name : $"{data.Runs.Count} runs: {data.Runs[0].Name} to {data.Runs[^1].Name}";
        return Frame.Around(title, data.Runs.Count == 1 ? Description(data.Runs[0].Settings) : null, page);
    }

    /// <summary>Null where it is a preset's, and the run is another experiment by what was set.</summary>
    private static string? Description(ExperimentSettings settings) => !Presets.Names.Contains(settings.Name)
        || SettingsTable.Differences(Presets.Read(settings.Name), settings).All(difference => difference.Path is "seed" or "data.directory")
        ? settings.Description
        : null;

    /// <summary>An earlier report is written anew; a file of anything else, a run's settings or results, stays.</summary>
    private static void RequireOwn(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        Span<char> beginning = stackalloc char[Frame.Beginning.Length];
        using var reader = new StreamReader(InputFile.Open(path));
        if (reader.ReadBlock(beginning) < beginning.Length || !beginning.SequenceEqual(Frame.Beginning))
        {
            throw new BadInputException($"{path}: expected no file, or an earlier report, found another file; give another --out");
        }
    }
}
