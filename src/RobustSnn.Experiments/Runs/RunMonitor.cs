using RobustSnn.Experiments.Monitoring;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Runs;

/// <summary>Tells a run's observer how it gets on, and keeps progress.json for whoever looks at it from elsewhere.</summary>
internal sealed class RunMonitor(IRunObserver observer, ProgressFile file) : IRunObserver, IDisposable
{
    private bool hasComplained;

    public void Note(string message) => observer.Note(message);

    public void StageStarting(string stage, string detail)
    {
        file.Current = file.Current with
        {
            Stage = stage,
            Detail = detail,
            Epoch = 0,
            Epochs = 0,
            Done = 0,
            Total = 0,
            ImagesPerSecond = 0,
            SecondsLeft = 0,
            Figure = "",
            SpikeRates = [],
        };
        observer.StageStarting(stage, detail);
        Complain();
    }

    public void Progress(StageProgress progress)
    {
        file.Current = file.Current with
        {
            Epoch = progress.Epoch,
            Epochs = progress.Epochs,
            Done = progress.Done,
            Total = progress.Total,
            ImagesPerSecond = progress.ImagesPerSecond,
            SecondsLeft = progress.Remaining.TotalSeconds,
            Figure = progress.Detail,
        };
        observer.Progress(progress);
    }

    public void Pruned(IReadOnlyList<LayerShare> layers) => observer.Pruned(layers);

    public void EpochFinished(EpochRecord epoch) => observer.EpochFinished(epoch);

    public void StageFinished(string stage, TimeSpan elapsed, string summary)
    {
        observer.StageFinished(stage, elapsed, summary);
        Complain();
    }

    /// <summary>How often layers of neurons fire, after an epoch.</summary>
    public void Rates(IReadOnlyList<LayerActivity> layers) =>
        file.Current = file.Current with { SpikeRates = [.. layers.Select(layer => new LayerRate(layer.Layer, layer.SpikeRate))] };

    /// <summary>How the run ended.</summary>
    public void End(RunState state, string? message = null)
    {
        file.Current = file.Current with { State = state, Message = message };
        file.Write();
    }

    public void Dispose() => file.Dispose();

    /// <summary>Once: a run is worth more than being looked at.</summary>
    private void Complain()
    {
        if (!hasComplained && file.Fault is { } fault)
        {
            hasComplained = true;
            observer.Note($"warning: rsnn watch will not see how this run gets on: {fault}");
        }
    }
}
