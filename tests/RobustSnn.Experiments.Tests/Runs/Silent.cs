using RobustSnn.Experiments.Runs;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Nobody looks.</summary>
internal class Silent : IRunObserver
{
    public virtual void Note(string message)
    {
    }

    public virtual void StageStarting(string stage, string detail)
    {
    }

    public void Progress(StageProgress progress)
    {
    }

    public void Pruned(IReadOnlyList<LayerShare> layers)
    {
    }

    public virtual void EpochFinished(EpochRecord epoch)
    {
    }

    public void StageFinished(string stage, TimeSpan elapsed, string summary)
    {
    }
}
