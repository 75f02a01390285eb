using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>
/// How much of an evaluation's work is done, in passes of a sample. What lies ahead is taken to meet all samples that are right now: ensembles that
/// break many are done sooner than this says.
/// </summary>
internal sealed class WorkLeft
{
    private readonly IClassifier? classifier;
    private readonly int correct;
    private double ahead; // of attacks that have not begun
    private double aheadOfAttack; // of members of this one that have not begun, for one sample
    private double done;
    private double member;
    private double left;

    /// <param name="correct">Samples that are right as they are.</param>
    public WorkLeft(IReadOnlyList<AttackInBudget> attacks, IClassifier classifier, int correct)
    {
        this.classifier = classifier;
        this.correct = correct;
        ahead = attacks.Sum(each => (double)correct * PassesOf(each));
    }

    private WorkLeft()
    {
    }

    /// <summary>Of an evaluation without attacks.</summary>
    public static WorkLeft None { get; } = new();

    /// <summary>From 0 to 1.</summary>
    public double Share => done + left + ahead is > 0 and var all ? done / all : 1;

    public void Begin(AttackInBudget attack)
    {
        aheadOfAttack = PassesOf(attack);
        ahead -= correct * aheadOfAttack;
        left = correct * aheadOfAttack;
    }

    /// <summary>The next member begins, with so many samples.</summary>
    public void Begin(AttackMember next, int samples)
    {
        member = next.Attack.Passes(classifier!);
        left = samples * aheadOfAttack;
        aheadOfAttack -= member;
    }

    /// <summary>The member has done with a sample.</summary>
    public void Done()
    {
        done += member;
        left -= member;
    }

    private double PassesOf(AttackInBudget attack) => attack.Attack.Members.Sum(each => (double)each.Attack.Passes(classifier!));
}
