using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Steps">Towards boundaries, each with one gradient, of each run; 100 in the authors' code.</param>
/// <param name="Targets">Runs, each towards another class, of which there may be fewer.</param>
public readonly record struct FabTargetedOptions(int Steps, int Targets = FabTargetedOptions.UsualTargets)
{
    /// <summary>As AutoAttack has it.</summary>
    public const int UsualTargets = 9;
}

/// <summary>
/// FAB-T (Croce and Hein, ICML 2020; METHODS 8): a run of FAB towards the boundary to each of the classes that the network holds likeliest after
/// the label. It looks at one boundary at a time, where <see cref="Fab"/> takes the nearest of all.
/// </summary>
public sealed class FabTargeted : IAttack
{
    private readonly FabTargetedOptions options;

    /// <exception cref="ArgumentException">No steps, or no targets.</exception>
    public FabTargeted(FabTargetedOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Targets, 1);
        this.options = options;
    }

    public string Name
    {
        get
        {
            string[] written =
            [
                .. this.options.Steps == FabOptions.UsualSteps ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"steps={this.options.Steps}") },
                .. this.options.Targets == FabTargetedOptions.UsualTargets ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"targets={this.options.Targets}") },
            ];
            return "fab-t" + (written.Length == 0 ? "" : $"({string.Join(",", written)})");
        }
    }

    public long Passes(IClassifier classifier) => 2L * Rounds(classifier) * this.options.Steps;

    public bool Transfers => false;

    public int LeastClasses => LogitLoss.LogitDifference.LeastClasses();

    public int Rounds(IClassifier classifier) => Math.Min(this.options.Targets, classifier.Classes - 1);

    /// <exception cref="BadInputException">One class.</exception>
    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round)
    {
        FabBoundaries.RequireClasses(Name, batch.Classifier);
        return new FabRun(batch, settings, this.options.Steps, new FabBoundaries(batch, settings, round, 1), null);
    }

    /// <summary>Gives the nearest image that fooled the network in the first run to find one in the ball; else the image as it was.</summary>
    /// <exception cref="BadInputException">One class.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(AttackBatch batch, AttackSettings settings) => RoundsTogether.Run(this, batch, settings);
}
