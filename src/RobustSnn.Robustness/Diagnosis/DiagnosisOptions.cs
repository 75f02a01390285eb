using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What a diagnosis is asked for.</summary>
/// <param name="Budget">The ball of the figure that is to be believed: one of those that the evaluation attacked in.</param>
/// <param name="Seed">Of the draws of the attacks that the diagnosis makes itself.</param>
/// <param name="TrainingEstimator">Whose gradients the network was trained with, where that is known.</param>
/// <param name="Samples">The most that are attacked or shown again; spread evenly over the data set.</param>
public sealed record DiagnosisOptions(Budget Budget, ulong Seed, GradientEstimator? TrainingEstimator = null, int Samples = DiagnosisOptions.UsualSamples)
{
    /// <summary>With so many, 3 points of difference can be seen and an attack of 100 steps is still cheap.</summary>
    public const int UsualSamples = 256;

    /// <exception cref="BadInputException">No samples, or a ball that is none or larger than all images.</exception>
    internal void Require()
    {
        if (Samples < 1)
        {
            throw new BadInputException($"A diagnosis expects at least 1 sample, found {Samples}.");
        }

        if (!(Budget.Radius > 0 && float.IsFinite(Budget.Radius)) || (Budget.Norm == Norm.Infinity && Budget.Radius > 1))
        {
            throw new BadInputException(
                $"A diagnosis expects a radius above 0, in L∞ at most 1, found {Words.Of(Budget)}: it says whether to believe accuracy under attack.");
        }
    }
}

/// <summary>How far a diagnosis is.</summary>
/// <param name="Part">What it is at.</param>
/// <param name="Done">Parts that are done.</param>
/// <param name="Parts">All of them.</param>
public readonly record struct DiagnosisProgress(string Part, int Done, int Parts);
