using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What grows along a curve.</summary>
public enum CurveAxis
{
    /// <summary>The ball's radius ε.</summary>
    Radius,

    /// <summary>The attack's steps.</summary>
    Steps,
}

/// <summary>Accuracy at one place of a curve.</summary>
/// <param name="At">The radius in pixel units, or how many steps.</param>
/// <param name="Correct">Samples that are right before and after the attack.</param>
/// <param name="Samples">All of them.</param>
/// <param name="IsVoid">Whether gradients or logits were no numbers, so that the figure says nothing.</param>
public sealed record CurvePoint(double At, int Correct, int Samples, bool IsVoid)
{
    /// <summary>From 0 to 1; NaN where the figure is void.</summary>
    public double Accuracy => IsVoid ? double.NaN : (double)Correct / Samples;

    /// <summary>95 % Clopper-Pearson interval.</summary>
    public Interval Accuracy95 => Interval.ClopperPearson(Correct, Samples);
}

/// <summary>
/// Accuracy under one attack as its ball or its steps grow. Every attack takes all its steps and what it ends in counts: an attack that stops at the
/// first image that fools the network hides that it would have gone astray.
/// </summary>
/// <param name="Attack">Its name; along steps, that of the first point.</param>
/// <param name="Budget">The ball along steps; along radii, the smallest.</param>
/// <param name="Points">In the order of what grows.</param>
public sealed record RobustnessCurve(string Attack, CurveAxis Axis, Budget Budget, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>Of each point, what became of each sample.</summary>
    internal IReadOnlyList<ProbeOutcome> Outcomes { get; private init; } = [];

    /// <summary>Accuracy in growing balls, over all samples of the source.</summary>
    /// <param name="radii">In pixel units, each larger than the one before.</param>
    /// <exception cref="BadInputException">No radii, or they do not grow; what an evaluation refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static RobustnessCurve AgainstRadius(
        IClassifier classifier, ISampleSource samples, EnsembleAttack attack, Norm norm, IReadOnlyList<float> radii, ulong seed,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default) =>
        AgainstRadius(new Probe(classifier, samples, seed, progress, cancellation), attack, norm, radii);

    /// <summary>Accuracy under an attack that takes more and more steps, over all samples of the source.</summary>
    /// <param name="attack">As <see cref="AttackCatalogue.Parse"/> reads it; its own steps do not matter.</param>
    /// <param name="steps">Each more than the one before.</param>
    /// <exception cref="BadInputException">No steps, they do not grow, or an attack without steps; what an evaluation refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static RobustnessCurve AgainstSteps(
        IClassifier classifier, ISampleSource samples, string attack, IReadOnlyList<int> steps, Budget budget, ulong seed,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default) =>
        AgainstSteps(new Probe(classifier, samples, seed, progress, cancellation), attack, steps, budget);

    /// <summary>ε, 2ε, 4ε and so on, and in the end the radius within which every image is: 1 in L∞, the root of the number of pixels in L2.</summary>
    /// <param name="pixels">Of an image.</param>
    public static IReadOnlyList<float> Doublings(Budget budget, int pixels)
    {
        if (!(budget.Radius > 0))
        {
            throw new BadInputException($"A radius to double expects a number above 0, found {Words.Of(budget)}.");
        }

        var whole = budget.Norm == Norm.Infinity ? 1 : MathF.Sqrt(pixels);
        var radii = new List<float>();
        for (var radius = budget.Radius; radius < whole; radius *= 2)
        {
            radii.Add(radius);
        }

        return [.. radii, whole];
    }

    /// <summary>A line of the values on the axis and one of accuracies, in columns.</summary>
    public IReadOnlyList<string> ToText()
    {
        string[] values = [.. Points.Select(point => Axis == CurveAxis.Radius
            ? Words.Radius(Budget with { Radius = (float)point.At })
            : point.At.ToString("0", CultureInfo.InvariantCulture))];
        string[] shares = [.. Points.Select(point => point.IsVoid ? "void" : Words.Percent(point.Accuracy))];
        var width = values.Concat(shares).Max(text => text.Length) + 2;
        return
        [
            Axis == CurveAxis.Radius ? $"accuracy under {Attack} against ε ({(Budget.Norm == Norm.Infinity ? "L∞" : "L2")})"
                : $"accuracy against steps, as {Attack} within {Words.Of(Budget)}",
            string.Concat(values.Select(text => text.PadLeft(width))),
            string.Concat(shares.Select(text => text.PadLeft(width))),
        ];
    }

    internal static RobustnessCurve AgainstRadius(Probe probe, EnsembleAttack attack, Norm norm, IReadOnlyList<float> radii)
    {
        RequireGrowing("radii", [.. radii.Select(radius => (double)radius)]);
        return Of(probe, CurveAxis.Radius, [.. radii.Select(radius => (double)radius)],
            [.. radii.Select(radius => new AttackInBudget(attack, new Budget(norm, radius)))]);
    }

    internal static RobustnessCurve AgainstSteps(Probe probe, string attack, IReadOnlyList<int> steps, Budget budget)
    {
        RequireGrowing("steps", [.. steps.Select(step => (double)step)]);
        return Of(probe, CurveAxis.Steps, [.. steps.Select(count => (double)count)],
            [.. steps.Select(count => new AttackInBudget(AttackCatalogue.Parse(attack, count), budget))]);
    }

    private static RobustnessCurve Of(Probe probe, CurveAxis axis, double[] at, AttackInBudget[] asked)
    {
        var outcomes = probe.Run(asked);
        return new RobustnessCurve(asked[0].Attack.Name, axis, asked[0].Budget,
            [.. at.Zip(outcomes, (value, outcome) => new CurvePoint(value, outcome.Count, probe.Samples, outcome.IsVoid))])
        {
            Outcomes = outcomes,
        };
    }

    private static void RequireGrowing(string what, double[] values)
    {
        if (values.Length == 0 || values.Zip(values.Skip(1)).Any(pair => !(pair.First < pair.Second)))
        {
            var found = string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
            throw new BadInputException($"A curve expects {what} of which each is more than the one before, at least one, found [{found}].");
        }
    }
}
