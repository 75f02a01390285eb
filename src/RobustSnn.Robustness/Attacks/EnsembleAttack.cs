using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// An attack with one gradient estimator. Two are the same if ledgers call them the same: the name of an attack says everything that it does, and
/// two objects of that name are one attack.
/// </summary>
/// <param name="Origin">The network whose gradients it follows, if that is another than the one that is attacked.</param>
public readonly record struct AttackMember(IAttack Attack, GradientEstimator Estimator, string? Origin = null)
{
    /// <summary>The name of the estimator, or that the attack uses none.</summary>
    public string EstimatorName => Attack.FollowsGradients ? Estimator.Name : "none";

    /// <summary>The attack's name, and whose gradients it follows.</summary>
    public string AttackName => Origin is null ? Attack.Name : Attack.Name + AttackCatalogue.Transfer + Origin;

    /// <summary>What ledgers call it in that ball.</summary>
    public LedgerMember In(Budget budget) => new(AttackName, EstimatorName, budget);

    /// <summary>Its draws: its own, whichever ensemble it is in.</summary>
    public RandomKey Draws(RandomKey key) => key.Derive(Attack.Name).Derive(EstimatorName);

    public bool Equals(AttackMember other) => AttackName == other.AttackName && EstimatorName == other.EstimatorName;

    public override int GetHashCode() => HashCode.Combine(AttackName, EstimatorName);

    public override string ToString() => $"{AttackName} {EstimatorName}";
}

/// <summary>What a member did to the samples that reached it.</summary>
/// <param name="Attacked">Samples that all members before it left correct.</param>
/// <param name="Correct">Those that it left correct, too.</param>
/// <param name="VanishedGradients">Of the attacked, those whose first input gradient was zero everywhere.</param>
/// <param name="NotFiniteGradients">Of the attacked, those of which some input gradient was no finite number.</param>
/// <param name="NotFiniteLogits">
/// Of the attacked, those of which some pass of the attack, or what it ended in, had logits that are no finite numbers.
/// </param>
/// <param name="Unconfirmed">Of the attacked, those that it stopped at for nothing: the network, asked again, was right.</param>
public readonly record struct MemberOutcome(
    int Attacked, int Correct, int VanishedGradients, int NotFiniteGradients, int NotFiniteLogits, int Unconfirmed = 0)
{
    /// <summary>Whether it says nothing about the network: of some sample, gradients or logits were no numbers, or nobody knows whether it stands.</summary>
    public bool IsVoid => NotFiniteGradients > 0 || NotFiniteLogits > 0 || Unconfirmed > 0;

    public static MemberOutcome operator +(MemberOutcome left, MemberOutcome right) => new(
        left.Attacked + right.Attacked, left.Correct + right.Correct, left.VanishedGradients + right.VanishedGradients,
        left.NotFiniteGradients + right.NotFiniteGradients, left.NotFiniteLogits + right.NotFiniteLogits,
        left.Unconfirmed + right.Unconfirmed);
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
    public static EnsembleAttack Single(IAttack attack) => Single(attack, GradientEstimator.Default);

    /// <summary>Runs the base attack with that estimator, which its name says as an option where it is not the default.</summary>
    public static EnsembleAttack Single(IAttack attack, GradientEstimator estimator) =>
        new(AttackCatalogue.NameOf(attack, estimator), [new AttackMember(attack, estimator)]);

    /// <summary>The same, along the gradients of another network: transferred.</summary>
    public EnsembleAttack From(string origin) =>
        new(Name + AttackCatalogue.Transfer + origin, [.. Members.Select(member => member with { Origin = origin })]);

    /// <summary>The members that differ on a network run for T steps: on an ANN (T = 0), every estimator is the same gradient.</summary>
    public EnsembleAttack For(int timesteps) =>
        timesteps > 0 ? this : this with
        {
            Members = [.. Members.Where(member => member.Origin is not null).Concat(Members.Where(member => member.Origin is null).DistinctBy(member => member.Attack.Name))],
        };

    /// <summary>Attacks the samples of the batch, which afterwards holds the survivors.</summary>
    /// <param name="outcomes">Gets each member's outcome added, in order.</param>
    /// <exception cref="InvalidOperationException">A member left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(
        AttackBatch batch, Budget budget, RandomKey random, Span<MemberOutcome> outcomes, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outcomes.Length, Members.Count);
        batch.Classifier.Cancellation = cancellation;
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
        BallCheck.Verify(member.ToString(), batch, settings.Budget);

        // What counts is the deployed network, whatever pass the gradient came from.
        var wrong = batch.Vector("ensemble.wrong");
        batch.MarkWrong(batch.Classifier.Logits(batch.Adversarial, attacked), wrong);
        var (vanished, notFinite, notFiniteLogits) = (batch.VanishedGradients, batch.NotFiniteGradients, batch.NotFiniteLogits);
        batch.Drop(wrong);
        return new MemberOutcome(attacked, batch.Samples, vanished, notFinite, notFiniteLogits);
    }
}

/// <summary>An attack in a ball: what an evaluation can be asked for.</summary>
public readonly record struct AttackInBudget(EnsembleAttack Attack, Budget Budget);
