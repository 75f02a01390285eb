using RobustSnn.Experiments.Tests.Runs;

namespace RobustSnn.Experiments.Tests.Sweeps;

/// <summary>Keeps which stages of a sweep's runs began, and may cancel them at one.</summary>
internal sealed class StartedStages(string? stage = null, int runs = 0, CancellationTokenSource? source = null) : Silent
{
    public List<string> Started { get; } = [];

    public override void StageStarting(string name, string detail)
    {
        Started.Add(name);
        if (name == stage && Started.Count(each => each == stage) == runs)
        {
            source?.Cancel();
        }
    }
}
