using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <param name="Steps">Towards boundaries, each with a gradient for every other class; 100 in the authors' code.</param>
/// <param name="Restarts">Runs, of which the first starts at the clean images and the others beside them.</param>
public readonly record struct FabOptions(int Steps, int Restarts = 1)
{
    /// <summary>As AutoAttack has it.</summary>
    public const int UsualSteps = 100;
}

/// <summary>
/// FAB (Croce and Hein, ICML 2020; METHODS 8): looks for the nearest image that the network gets wrong, over the boundaries to all other classes. An
/// image counts where it turns out to lie in the ball.
/// </summary>
public sealed class Fab : IAttack
{
    private readonly FabOptions options;

    /// <exception cref="ArgumentException">No steps, or no runs.</exception>
    public Fab(FabOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Restarts, 1);
        this.options = options;
    }

    public string Name
    {
        get
        {
            string[] written =
            [
                .. this.options.Steps == FabOptions.UsualSteps ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"steps={this.options.Steps}") },
                .. this.options.Restarts == 1 ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"restarts={this.options.Restarts}") },
            ];
            return "fab" + (written.Length == 0 ? "" : $"({string.Join(",", written)})");
        }
    }

    public long Passes(IClassifier classifier) => (long)Rounds(classifier) * this.options.Steps * classifier.Classes;

    public bool Transfers => false;

    public int LeastClasses => LogitLoss.LogitDifference.LeastClasses();

    public int Rounds(IClassifier classifier) => this.options.Restarts;

    /// <exception cref="BadInputException">One class.</exception>
    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round)
    {
        FabBoundaries.RequireClasses(Name, batch.Classifier);
        var boundaries = new FabBoundaries(batch, settings, 0, batch.Classifier.Classes - 1);
        return new FabRun(batch, settings, this.options.Steps, boundaries, round == 0 ? null : settings.Random.Derive((ulong)round));
    }

    /// <summary>Gives the nearest image that fooled the network, if it lies in the ball; else the image as it was.</summary>
    /// <exception cref="BadInputException">One class.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(AttackBatch batch, AttackSettings settings) => RoundsTogether.Run(this, batch, settings);
}
