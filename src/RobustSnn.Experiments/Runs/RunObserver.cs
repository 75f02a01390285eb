namespace RobustSnn.Experiments.Runs;

/// <summary>Who is told how a run gets on.</summary>
public interface IRunObserver
{
    /// <summary>A fact in one line: backend, memory, where a run goes on.</summary>
    void Note(string message);

    /// <param name="stage">Its name, e.g. "pretrain".</param>
    /// <param name="detail">What it will do, in a line.</param>
    void StageStarting(string stage, string detail);

    /// <summary>After every batch.</summary>
    void Progress(StageProgress progress);

    /// <summary>How much of each layer pruning kept, in the order of the network.</summary>
    void Pruned(IReadOnlyList<LayerShare> layers);

    void EpochFinished(EpochRecord epoch);

    void StageFinished(string stage, TimeSpan elapsed, string summary);
}

/// <summary>How far a stage is.</summary>
/// <param name="Epoch">From 1; 0 where a stage has none.</param>
/// <param name="Done">Images done of this epoch, or of this evaluation.</param>
/// <param name="Remaining">Estimated time to the end of the stage.</param>
public readonly record struct StageProgress(
    string Stage, int Epoch, int Epochs, int Done, int Total, double ImagesPerSecond, TimeSpan Remaining, string Detail);
