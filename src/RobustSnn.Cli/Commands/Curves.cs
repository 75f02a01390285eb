using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Evaluations;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Diagnosis;
using RobustSnn.Robustness;

namespace RobustSnn.Cli.Commands;

/// <summary><c>rsnn evaluate --curve</c>: accuracy under one attack as its ball or its steps grow.</summary>
internal static class Curves
{
    /// <summary>Of a curve along them.</summary>
    public static readonly int[] Steps = [10, 20, 50, 100, 500];

    /// <param name="attack">By name.</param>
    /// <param name="asked">The same, in the ball that curves along steps stay in, and those along radii begin with.</param>
    public static int Write(Terminal terminal, string command, string attack, CurveAxis axis, AttackInBudget asked, EvaluationRequest request, bool asJson,
        CancellationToken cancellation)
    {
        using IClassifier classifier = NetworkEvaluation.Classify(request);
        RobustnessCurve curve = EvaluationReport.Watch(terminal, command, progress => axis == CurveAxis.Radius
            ? RobustnessCurve.AgainstRadius(classifier, request.Images, asked.Attack, asked.Budget.Norm,
                RobustnessCurve.Doublings(asked.Budget, classifier.PixelCount), request.Options.Seed, progress, cancellation)
            : RobustnessCurve.AgainstSteps(classifier, request.Images, attack, Steps, asked.Budget, request.Options.Seed, progress, cancellation));
        if (asJson)
        {
            terminal.Output.WriteLine(Format.Json(curve));
        }
        else
        {
            terminal.Output.WriteLine($"{Format.Count(request.Images.Count)} of {Format.Count(request.Data.Test.Count)} test images, T = {request.Options.Timesteps}");
            foreach (string line in curve.ToText())
            {
                terminal.Output.WriteLine(line);
            }
        }

        return curve.Points.Any(point => point.IsVoid) ? ExitCode.Failed : ExitCode.Success;
    }
}
