using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Estimators;

namespace RobustSnn.Robustness.Attacks;

/// <summary>An attack with one gradient estimator.</summary>
public readonly record struct AttackMember(IAttack Attack, GradientEstimator Estimator)
{
    public override string ToString() => $"{Attack.Name} {Estimator.Name}";
}

/// <summary>What a member did to the samples that reached it.</summary>
/// <param name="Attacked">Samples that all members before it left correct.</param>
/// <param name="Correct">Those that it left correct, too.</param>
/// <param name="VanishedGradients">Of the attacked, those whose first input gradient was zero everywhere.</param>
/// <param name="NotFiniteGradients">Of the attacked, those of which some input gradient was no finite number: any at all voids the figure.</param>
public readonly record struct MemberOutcome(int Attacked, int Correct, int VanishedGradients, int NotFiniteGradients)
{
    public static MemberOutcome operator +(MemberOutcome left, MemberOutcome right) => new(
        left.Attacked + right.Attacked, left.Correct + right.Correct, left.VanishedGradients + right.VanishedGradients,
        left.NotFiniteGradients + right.NotFiniteGradients);
}

/// <summary>
/// Attacks one after the other, each on the samples that the ones before left correctly classified (METHODS 8). A sample is robust
/// if it is correct after the last. No members is no attack: "clean".
/// </summary>
/// <param name="Name">As users write it and results show it.</param>
public sealed record EnsembleAttack(string Name, IReadOnlyList<AttackMember> Members)
{
    /// <summary>Runs the base attack with each of the 19 estimators.</summary>
    public static EnsembleAttack OverEstimators(IAttack attack) =>
        new(attack.Name + AttackCatalogue.EnsembleSuffix, [.. GradientEstimators.Ensemble.Select(each => new AttackMember(attack, each))]);

    /// <summary>Runs the base attack with the default estimator.</summary>
    public static EnsembleAttack Single(IAttack attack) => new(attack.Name, [new AttackMember(attack, GradientEstimator.Default)]);

    /// <summary>The members that differ on a network run for T steps: on an ANN (T = 0), every estimator is the same gradient.</summary>
    public EnsembleAttack For(int timesteps) =>
        timesteps > 0 ? this : this with { Members = [.. Members.DistinctBy(member => member.Attack)] };

    /// <summary>Attacks the samples of the batch, which afterwards holds the survivors.</summary>
    /// <param name="outcomes">Gets each member's outcome added, in order.</param>
    /// <exception cref="InvalidOperationException">A member left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(
        AttackBatch batch, Budget budget, RandomKey random, Span<MemberOutcome> outcomes, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outcomes.Length, Members.Count);
        for (var i = 0; i < Members.Count && batch.Samples > 0; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            outcomes[i] += RunMember(
                Members[i], batch, new AttackSettings(budget, Members[i].Estimator, random.Derive((ulong)i), cancellation));
        }
    }

    private static MemberOutcome RunMember(AttackMember member, AttackBatch batch, AttackSettings settings)
    {
        var attacked = batch.Samples;
        batch.WatchGradients();
        member.Attack.Run(batch, settings);
        BallCheck.Verify(member.ToString(), batch.CleanHost, batch.DownloadAdversarial(), settings.Budget, batch.Classifier.PixelCount);

        // What counts is the deployed network, whatever pass the gradient came from.
        var correct = new bool[attacked];
        batch.MarkWrong(batch.Classifier.Logits(batch.Adversarial, attacked), correct);
        foreach (ref var each in correct.AsSpan())
        {
            each = !each;
        }

        var (vanished, notFinite) = (batch.VanishedGradients, batch.NotFiniteGradients);
        batch.Keep(correct);
        return new MemberOutcome(attacked, batch.Samples, vanished, notFinite);
    }
}
