using System.Globalization;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// An attack each of whose gradients is the mean of several passes (expectation over transformation, EOT): for a network that draws. One that
/// does not gives the same gradient in every pass.
/// </summary>
public sealed class OverPasses : IAttack
{
    private readonly IAttack attack;
    private readonly int passes;

    /// <exception cref="ArgumentException">The attack follows no gradients, or passes are fewer than 1.</exception>
    public OverPasses(IAttack attack, int passes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        if (!attack.FollowsGradients)
        {
            throw new ArgumentException($"{attack.Name} follows no gradients that a mean could be taken of", nameof(attack));
        }

        this.attack = attack;
        this.passes = passes;
    }

    public string Name => AttackCatalogue.WithOption(this.attack.Name, AttackCatalogue.Passes, this.passes.ToString(CultureInfo.InvariantCulture));

    public bool Takes(Norm norm) => this.attack.Takes(norm);

    public long Passes(IClassifier classifier) => this.passes * this.attack.Passes(classifier);

    public bool Transfers => this.attack.Transfers;

    public int LeastClasses => this.attack.LeastClasses;

    public int Rounds(IClassifier classifier) => this.attack.Rounds(classifier);

    public AttackRun Begin(AttackBatch batch, AttackSettings settings, int round) => this.attack.Begin(batch, settings with { Passes = this.passes }, round);

    public void Run(AttackBatch batch, AttackSettings settings) => this.attack.Run(batch, settings with { Passes = this.passes });
}
