using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// The folder of one run, held by one process at a time: the resolved experiment, the network after each stage, the state of the
/// stage in progress, the results. Disposing lets another process have it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string ExperimentName = "experiment.yaml";

    /// <summary>Where a run's folder keeps its resolved experiment.</summary>
    public static string ExperimentFile(string folder) => Path.Combine(folder, ExperimentName);

    private readonly RunLock held;

    private RunFolder(string path, ExperimentSettings settings, RunLock held)
    {
        FolderPath = path;
        Settings = settings;
        this.held = held;
    }

    /// <summary>The folder.</summary>
    public string FolderPath { get; }

    /// <summary>The experiment that runs here.</summary>
    public ExperimentSettings Settings { get; }

    /// <summary>The resolved experiment file.</summary>
    public string ExperimentPath => ExperimentFile(FolderPath);

    /// <summary>Where the results go, as JSON.</summary>
    public string ResultsPath => Path.Combine(FolderPath, "results.json");

    /// <summary>
    /// Makes the folder, or opens the one that is there to go on with the same experiment, and holds it.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The folder belongs to another experiment, whose differing keys the message names; a running process holds it; it has files
    /// but no experiment; it cannot be written.
    /// </exception>
    public static RunFolder Open(string path, ExperimentSettings settings)
    {
        bool existed = Directory.Exists(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the run's folder cannot be made: {exception.Message}", exception);
        }

        // Before the lock is taken, so that a stranger's folder is not written to at all.
        string experiment = ExperimentFile(path);
        if (existed && !File.Exists(experiment)
            && Directory.EnumerateFileSystemEntries(path).Any(entry => !RunLock.IsLock(entry) && !AtomicFile.IsTemporary(entry)))
        {
            throw new BadInputException(
                $"{path}: expected an empty folder or one of a run, found files but no {ExperimentName}; give another folder");
        }

        var held = RunLock.Take(path);
        try
        {
            CheckOrWrite(path, experiment, settings);
            var folder = new RunFolder(path, settings, held);
            folder.Tidy();
            return folder;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The network after a stage.</summary>
    public string Checkpoint(Stage stage) => Path.Combine(FolderPath, stage switch
    {
        Stage.Pretrain => "pretrained.safetensors",
        Stage.Prune => "pruned.safetensors",
        Stage.FinetuneAnn => "finetuned-ann.safetensors",
        Stage.Convert => "converted.safetensors",
        Stage.FinetuneSnn => "finetuned-snn.safetensors",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    });

    /// <summary>What a stage needs to go on after an interruption; there while it is in progress.</summary>
    public string Partial(Stage stage) => Path.ChangeExtension(Checkpoint(stage), ".partial.safetensors");

    /// <summary>Whether the stage's network is there.</summary>
    public bool IsFinished(Stage stage) => File.Exists(Checkpoint(stage));

    /// <summary>Saves the network after a stage, then removes the state of the stage in progress.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Finish(Stage stage, IReadOnlyList<HostTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Safetensors.Write(Checkpoint(stage), tensors, metadata);
        File.Delete(Partial(stage));
    }

    /// <summary>Lets another process have the folder.</summary>
    public void Dispose() => held.Dispose();

    /// <summary>Removes what a process that was killed while writing has left.</summary>
    private void Tidy()
    {
        var partials = Enum.GetValues<Stage>().Where(IsFinished).Select(Partial);
        foreach (string leftover in Directory.EnumerateFiles(FolderPath).Where(AtomicFile.IsTemporary).Concat(partials).ToArray())
        {
            File.Delete(leftover);
        }
    }

    private static void CheckOrWrite(string path, string experiment, ExperimentSettings settings)
    {
        if (!File.Exists(experiment))
        {
            AtomicFile.WriteText(experiment, SettingsWriter.Write(settings));
            return;
        }

        IReadOnlyList<SettingDifference> differences = SettingsTable.Differences(SettingsReader.ReadFile(experiment), settings);
        if (differences.Count > 0)
        {
            throw new BadInputException(
                $"{path}: the folder holds a run of another experiment: there against here, {string.Join("; ", differences)}. "
                + "Give another folder, or the same experiment to go on with it");
        }
    }
}
