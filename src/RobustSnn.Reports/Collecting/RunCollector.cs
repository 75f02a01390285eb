using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Sweeps;
using RobustSnn.Model;

namespace RobustSnn.Reports.Collecting;

/// <summary>Reads runs' folders, and sweeps' folders as the runs in them.</summary>
internal static class RunCollector
{
    /// <param name="paths">Of folders.</param>
    /// <param name="evaluations">Files of <c>rsnn evaluate --json</c>.</param>
    /// <exception cref="BadInputException">There is no run, or a file of one cannot be read or says what cannot be.</exception>
    public static ReportData Collect(IReadOnlyList<string> paths, IReadOnlyList<string> evaluations)
    {
        var notes = new List<string>();
        string[] folders = [.. paths.SelectMany(path => Folders(path, notes)).DistinctBy(Full)];
        return new ReportData([.. folders.Select(folder => Read(folder, folders.Length > 1 ? Name(folder, folders) : null))], [.. evaluations.Select(EvaluationDocument.Read)], notes);
    }

    private static string Full(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The folder's, with the one above where others are called the same.</summary>
    private static string Name(string folder, string[] folders)
    {
        var name = Path.GetFileName(Full(folder));
        return folders.Count(other => Path.GetFileName(Full(other)) == name) == 1
            ? name
            : Path.Combine(Path.GetFileName(Path.GetDirectoryName(Full(folder))) ?? "", name);
    }

    private static IReadOnlyList<string> Folders(string path, List<string> notes)
    {
        if (!Directory.Exists(path))
        {
            throw new BadInputException($"{path}: expected the folder of a run or of a sweep, found {(File.Exists(path) ? "a file" : "nothing")}; give the --out of rsnn run");
        }

        if (File.Exists(RunFolder.ResultsFile(path)))
        {
            return [path];
        }

        if (File.Exists(RunFolder.ExperimentFile(path)))
        {
            throw new BadInputException($"{path}: the run has not begun: it has an experiment and no results. Go on with it: rsnn run --resume --out {path}");
        }

        string[] inside = [.. SubFolders(path)];
        string[] runs = [.. inside.Where(folder => File.Exists(RunFolder.ResultsFile(folder)))];
        if (runs.Length == 0)
        {
            throw new BadInputException($"{path}: expected results.json, or folders of runs as a sweep has them, found neither; give the --out of rsnn run or rsnn sweep");
        }

        notes.AddRange(inside.Except(runs).Where(folder => File.Exists(RunFolder.ExperimentFile(folder)))
            .Select(folder => $"{Path.GetFileName(folder)} is left out: it has not begun, and has no results yet."));
        if (File.Exists(SweepRunner.ResultsFile(path)))
        {
            // The file is as old as the last run of the sweep's own: others may have gone on with a run since.
            notes.AddRange(SweepResults.Read(SweepRunner.ResultsFile(path)).Unfinished.Where(each => !IsComplete(Path.Combine(path, each.Key))).Select(each => $"{each.Key} did not come to its end: {each.Value}"));
        }

        return runs;
    }

    private static bool IsComplete(string folder) => File.Exists(RunFolder.ResultsFile(folder)) && RunResults.Read(RunFolder.ResultsFile(folder)).Complete;

    private static IEnumerable<string> SubFolders(string path)
    {
        try
        {
            return Directory.GetDirectories(path).Order(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be looked into: {exception.Message}", exception);
        }
    }

    /// <param name="name">Among several runs; null for the only one, which has its experiment's.</param>
    private static ReportedRun Read(string folder, string? name)
    {
        var file = RunFolder.ResultsFile(folder);
        var results = RunResults.Read(file);
        ResultsCheck.Require(file, results);
        if (!File.Exists(RunFolder.ExperimentFile(folder)))
        {
            throw new BadInputException($"{RunFolder.ExperimentFile(folder)}: is not there, though the folder has results; a report needs both. Give the whole folder of a run");
        }

        var settings = SettingsReader.ReadFile(RunFolder.ExperimentFile(folder));
        var images = results.Rows.Select(row => (row.Network, Stage: EvaluatedNetworks.StageOf(row.Network)))
            .Where(each => each.Stage is not null).Select(each => (each.Network, File: RunFolder.BrokenImagesFile(folder, each.Stage!.Value)))
            .Where(each => File.Exists(each.File)).Select(each => KeptImages.Read(each.Network, each.File));
        return new ReportedRun(name ?? results.Name, folder, results, settings, LayerThresholds.Of(folder), [.. images]);
    }
}
