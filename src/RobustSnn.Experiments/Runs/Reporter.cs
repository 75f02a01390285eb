using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Runs;

/// <summary>Reports on the calling thread: Progress would post them to others, out of order.</summary>
internal sealed class Reporter(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
{
    public void Report(EvaluationProgress value) => report(value);
}
