using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// The event files of a run, for TensorBoard, one a process. Steps count epochs over all stages, so that what a process that goes on does
/// again takes the place of what was there. Who cannot write them says so once and goes on without: a run is worth more than its curves.
/// </summary>
internal sealed class RunEvents(string runFolder, ExperimentSettings settings, IRunObserver observer) : IDisposable
{
    private readonly string folder = FolderIn(runFolder);
    private EventFile? file;
    private bool hasFailed;

    /// <summary>Where a run's folder has them.</summary>
    public static string FolderIn(string runFolder) => Path.Combine(runFolder, "tensorboard");

    /// <summary>Adds what there is to see after an epoch, from 1, or, as epoch 0, after a stage that has none.</summary>
    public void Add(Stage stage, int epoch, Action<EventSheet> fill)
    {
        if (hasFailed)
        {
            return;
        }

        try
        {
            var sheet = new EventSheet();
            fill(sheet);
            var step = StepOf(stage, epoch);
            file ??= EventFile.Begin(folder, step);
            file.Append(step, sheet.Summary);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            hasFailed = true;
            observer.Note($"warning: TensorBoard will show no more of this run, which goes on: {refusal.Message}");
        }
    }

    public void Dispose() => file?.Dispose();

    /// <summary>Every stage has as many steps as epochs, and one before them.</summary>
    private long StepOf(Stage stage, int epoch) =>
        settings.RunningStages.TakeWhile(before => before != stage).Sum(before => 1L + EpochsOf(before)) + epoch;

    private int EpochsOf(Stage stage) => stage switch
    {
        Stage.Pretrain => settings.Pretrain.Epochs,
        Stage.Prune => settings.Prune is { IsLearned: true, Training.Epochs: var epochs } ? epochs : 0,
        Stage.FinetuneAnn => settings.FinetuneAnn.Epochs,
        Stage.FinetuneSnn => settings.FinetuneSnn.Epochs,
        _ => 0,
    };
}
