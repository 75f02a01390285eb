using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Output;

/// <summary>A run's progress as one moving bar a stage.</summary>
internal sealed class ScreenObserver(ProgressBars bars) : IRunObserver
{
    public void Note(string message) => bars.WriteLine(message);

    public void StageStarting(string stage, string detail)
    {
        bars.WriteLine($"{stage}: {detail}");
        bars.Begin(stage);
    }

    public void Progress(StageProgress progress)
    {
        // A stage's bar is that of all its epochs.
        int epochsBefore = Math.Max(progress.Epoch - 1, 0);
        double share = (epochsBefore + (double)progress.Done / progress.Total) / Math.Max(progress.Epochs, 1);
        bars.Advance(share, RunReport.Of(progress));
    }

    public void Pruned(IReadOnlyList<LayerShare> layers)
    {
        foreach (string line in ShareBars.Of(layers))
        {
            bars.WriteLine(line);
        }
    }

    public void EpochFinished(EpochRecord epoch) => bars.WriteLine(RunReport.Of(epoch));

    public void StageFinished(string stage, TimeSpan elapsed, string summary) =>
        bars.End($"{stage}: {summary} ({Format.Duration(elapsed)})");
}
