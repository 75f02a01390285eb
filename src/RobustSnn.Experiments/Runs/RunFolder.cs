using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// The folder of one run, held by one process at a time: the resolved experiment, the network after each stage, the state of the
/// stage in progress, the results. Disposing lets another process have it.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string ExperimentName = "experiment.yaml";

    /// <summary>Where a run's folder keeps its resolved experiment.</summary>
    public static string ExperimentFile(string folder) => Path.Combine(folder, ExperimentName);

    /// <summary>Where a run's folder keeps its results.</summary>
    public static string ResultsFile(string folder) => Path.Combine(folder, "results.json");

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
    public string ResultsPath => ResultsFile(FolderPath);

    /// <summary>
    /// Makes the folder, or opens the one that is there to go on with the same experiment, and holds it.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The folder belongs to another experiment, whose differing keys the message names; a running process holds it; it has files
    /// but no experiment; it cannot be written.
    /// </exception>
    public static RunFolder Open(string path, ExperimentSettings settings)
    {
        // Before the lock is taken, so that a stranger's folder is not written to at all.
        string experiment = ExperimentFile(path);
        if (Guarded(path, () => MakeOrLookInto(path)) && !File.Exists(experiment))
        {
            throw new BadInputException(
                $"{path}: expected an empty folder or one of a run, found files but no {ExperimentName}; give another folder");
        }

        var held = RunLock.Take(path);
        try
        {
            var folder = new RunFolder(path, settings, held);
            folder.Changes = folder.CheckOrWrite(experiment);
            Guarded(path, folder.Tidy);
            return folder;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes a folder that runs have theirs in, and holds it until it is disposed.</summary>
    /// <exception cref="BadInputException">Another process holds it, or it cannot be made.</exception>
    internal static IDisposable Hold(string path)
    {
        Guarded(path, () => Directory.CreateDirectory(path));
        return RunLock.Take(path);
    }

    /// <summary>The settings in which the experiment differs from the one that the folder was left with: some may change on the way.</summary>
    public IReadOnlyList<SettingDifference> Changes { get; private set; } = [];

    /// <summary>Makes the changed settings those of the folder.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void SaveChanges()
    {
        if (Changes.Count > 0)
        {
            AtomicFile.WriteText(ExperimentPath, SettingsWriter.Write(Settings));
        }
    }

    /// <summary>The network after a stage.</summary>
    public string Checkpoint(Stage stage) => Path.Combine(FolderPath, stage.FileName());

    /// <summary>Where the evaluation keeps a few images that broke a stage's network: see <see cref="Runs.BrokenImages"/>.</summary>
    public static string BrokenImagesFile(string folder, Stage stage) => Path.Combine(folder, $"images-{stage.FileName()}");

    internal string BrokenImages(Stage stage) => BrokenImagesFile(FolderPath, stage);

    /// <summary>What a stage needs to go on after an interruption; there while it is in progress.</summary>
    public string Partial(Stage stage) => Path.ChangeExtension(Checkpoint(stage), ".partial.safetensors");

    /// <summary>Whether the stage's network is there.</summary>
    public bool IsFinished(Stage stage) => File.Exists(Checkpoint(stage));

    /// <summary>Saves the network after a stage, then removes the state of the stage in progress.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Finish(Stage stage, IReadOnlyList<HostTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Safetensors.Write(Checkpoint(stage), tensors, metadata);
        Guarded(FolderPath, () => File.Delete(Partial(stage)));
    }

    /// <summary>Takes another run's network after a stage, as <see cref="Finish"/> takes this run's.</summary>
    /// <exception cref="BadInputException">The file cannot be read, or not be written here.</exception>
    public void TakeOver(Stage stage, string checkpoint)
    {
        Guarded(checkpoint, () =>
        {
            using var source = File.OpenRead(checkpoint);
            AtomicFile.Write(Checkpoint(stage), source.CopyTo);
        });
        Guarded(FolderPath, () => File.Delete(Partial(stage)));
    }

    /// <summary>Lets another process have the folder.</summary>
    public void Dispose() => held.Dispose();

    /// <summary>Makes the folder. Whether there are files of others in it: all but what a run that never began leaves.</summary>
    private static bool MakeOrLookInto(string path)
    {
        if (path.Length == 0)
        {
            throw new BadInputException("--out: expected the name of a folder for the run, found ''");
        }

        Directory.CreateDirectory(path);
        return Directory.EnumerateFileSystemEntries(path).Any(entry => !RunLock.IsLock(entry) && !AtomicFile.IsTemporary(entry));
    }

    /// <summary>Does something with the folder, which may have gone, be another's, or be on a disk that may only be read.</summary>
    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the run's folder cannot be used: {exception.Message} Give another folder, or mend this one", exception);
        }
    }

    private static void Guarded(string path, Action work) => Guarded(path, () =>
    {
        work();
        return true;
    });

    /// <summary>Removes what a process that was killed while writing has left.</summary>
    private void Tidy()
    {
        var partials = Enum.GetValues<Stage>().Where(IsFinished).Select(Partial);
        foreach (string leftover in Directory.EnumerateFiles(FolderPath).Where(AtomicFile.IsTemporary).Concat(partials).ToArray())
        {
            File.Delete(leftover);
        }
    }

    private IReadOnlyList<SettingDifference> CheckOrWrite(string experiment)
    {
        if (!File.Exists(experiment))
        {
            AtomicFile.WriteText(experiment, SettingsWriter.Write(Settings));
            return [];
        }

        IReadOnlyList<SettingDifference> differences = SettingsTable.Differences(SettingsReader.ReadFile(experiment), Settings);
        SettingDifference[] refused = [.. differences.Where(difference => !MayChange(difference))];
        return refused.Length == 0
            ? differences
            : throw new BadInputException(
                $"{FolderPath}: the folder holds a run of another experiment: there against here, {string.Join("; ", refused)}. "
                + "Give another folder, or the same experiment to go on with it; only the learning rate of a stage that is not finished may change");
    }

    /// <summary>So that a stage that diverged can go on from its last finite state. What finished stages left was made with their own.</summary>
    private bool MayChange(SettingDifference difference) =>
        Enum.GetValues<Stage>().Any(stage => difference.Path == stage.LearningRateKey() && !IsFinished(stage));
}
