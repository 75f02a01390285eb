using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Evaluations;

namespace RobustSnn.Cli.Commands;

/// <summary>An evaluation while somebody looks on.</summary>
internal static class WatchedEvaluation
{
    /// <summary>Evaluates, shows how far it is, and says what it noted.</summary>
    /// <inheritdoc cref="NetworkEvaluation.Run"/>
    public static EvaluatedNetwork Run(Terminal terminal, string command, EvaluationRequest request, CancellationToken cancellation)
    {
        EvaluatedNetwork evaluated = EvaluationReport.Watch(terminal, command, progress => NetworkEvaluation.Run(request, progress, cancellation));
        foreach (string note in evaluated.Notes)
        {
            terminal.Error.WriteLine(note);
        }

        return evaluated;
    }
}
