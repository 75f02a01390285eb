using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// AutoAttack (Croce and Hein, ICML 2020; METHODS 8), its standard version: APGD on cross-entropy, APGD-T, FAB-T and Square, each with its defaults
/// on the samples that those before it left.
/// </summary>
public static class AutoAttack
{
    public const string Name = "autoattack";

    private const int Steps = 100;

    /// <summary>With one gradient estimator for all that follow gradients.</summary>
    public static EnsembleAttack With(GradientEstimator estimator)
    {
        IAttack[] attacks =
        [
            new Apgd(new ApgdOptions(LogitLoss.CrossEntropy, Steps)),
            new ApgdTargeted(new ApgdTargetedOptions(Steps)),
            new FabTargeted(new FabTargetedOptions(FabOptions.UsualSteps)),
            new Square(new SquareOptions(Square.UsualQueries)),
        ];
        var name = estimator == GradientEstimator.Default ? Name : $"{Name}({AttackCatalogue.Surrogate}={estimator})";
        return new EnsembleAttack(name, [.. attacks.Select(attack => new AttackMember(attack, estimator))]);
    }

    /// <summary><c>autoattack</c>, or <c>autoattack(surrogate=bptr)</c>.</summary>
    /// <exception cref="BadInputException">It has other options, or steps are given, which are part of its definition.</exception>
    internal static EnsembleAttack Parse(string text, int? steps)
    {
        if (steps is not null)
        {
            throw new BadInputException($"{Name} has its own numbers of steps, expected none beside it, found {steps}.");
        }

        if (text == Name)
        {
            return With(GradientEstimator.Default);
        }

        var option = $"{Name}({AttackCatalogue.Surrogate}=";
        return text.StartsWith(option, StringComparison.Ordinal) && text.EndsWith(')')
            ? With(GradientEstimators.Parse(text[option.Length..^1]))
            : throw new BadInputException($"The attack '{text}': expected {Name}, or {option}…) with a gradient estimator.");
    }
}
