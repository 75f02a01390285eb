using System.Diagnostics;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Output;

/// <summary>A run's progress as lines, for logs: what happened, and where it stands every half minute.</summary>
internal sealed class LineObserver(TextWriter output) : IRunObserver
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private long written = Stopwatch.GetTimestamp();

    public void Note(string message) => Write(message);

    public void StageStarting(string stage, string detail) => Write($"{stage}: {detail}");

    public void Progress(StageProgress progress)
    {
        if (Stopwatch.GetElapsedTime(written) >= Pause)
        {
            Write($"{RunReport.Of(progress)} ({progress.Done} of {progress.Total} images)");
        }
    }

    public void Pruned(IReadOnlyList<LayerShare> layers)
    {
        foreach (string line in ShareBars.Of(layers))
        {
            Write(line);
        }
    }

    public void EpochFinished(EpochRecord epoch) => Write(RunReport.Of(epoch));

    public void StageFinished(string stage, TimeSpan elapsed, string summary) => Write($"{stage}: {summary} ({Format.Duration(elapsed)})");

    private void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
        written = Stopwatch.GetTimestamp();
    }
}
