using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>What is found out about a sample by all rounds of an attack with one gradient estimator.</summary>
/// <param name="Place">Of the sample in the evaluation's source.</param>
/// <param name="Broken">Whether the network as deployed gets an image in the ball wrong.</param>
/// <param name="At">Steps or queries until that image, or all of them.</param>
/// <param name="Distance">Of a broken sample's image from the clean one, in the ball's norm.</param>
/// <param name="Doubts">What the attack met on its way.</param>
internal readonly record struct Found(int Place, bool Broken, int At, float Distance, GradientDoubts Doubts);

/// <summary>Runs attacks that follow the gradients of one network, round by round; the network as deployed, which may be another, has the last word.</summary>
internal sealed class MemberRunner : IDisposable
{
    private readonly AttackBatch batch;
    private readonly LanePool pool;
    private readonly Verification verification;
    private readonly bool stopsEarly;
    private readonly Dictionary<int, GradientDoubts> doubts = [];
    private List<int> left = [];
    private List<int> unconfirmed = [];
    private bool isLastRound;
    private bool isSecondTry;
    private Action<Found, ReadOnlySpan<float>>? found;

    /// <param name="source">Whose gradients are followed.</param>
    /// <param name="samples">With the source's logits of the clean images.</param>
    /// <param name="deployed">Judges.</param>
    /// <param name="stopsEarly">As <see cref="AttackSettings.StopsEarly"/>; only where the source is the network as deployed.</param>
    public MemberRunner(IClassifier source, EvaluatedSamples samples, IClassifier deployed, bool stopsEarly)
    {
        batch = new AttackBatch(source);
        verification = new Verification(deployed, samples, Judge);
        pool = new LanePool(batch, samples, verification);
        this.stopsEarly = stopsEarly && source == deployed;
    }

    public LaneUse Use => pool.Use;

    /// <summary>Images in which an attack saw the network get a sample wrong, and the network as deployed did not.</summary>
    public int Unconfirmed { get; private set; }

    /// <summary>Attacks samples.</summary>
    /// <param name="random">The member's own: draws are derived from it.</param>
    /// <param name="waiting">Places of the samples.</param>
    /// <param name="found">Gets what is found out, and the image that breaks a broken sample.</param>
    /// <exception cref="InvalidOperationException">The attack left its ball.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(
        AttackMember member, Budget budget, RandomKey random, IReadOnlyList<int> waiting, Action<Found, ReadOnlySpan<float>> found,
        CancellationToken cancellation)
    {
        this.found = found;
        (verification.Attack, verification.Budget) = (member.ToString(), budget);
        var settings = new AttackSettings(budget, member.Estimator, random, cancellation, this.stopsEarly);
        var rounds = member.Attack.Rounds(batch.Classifier);

        // Of attacks with rounds a sample is known to stand after the last: a batch goes through all of them, so that an interruption loses no more.
        var sizeOfGroup = rounds == 1 ? Math.Max(waiting.Count, 1) : batch.Classifier.Batch;
        foreach (var group in waiting.Chunk(sizeOfGroup))
        {
            RunGroup(member.Attack, settings, rounds, group);
        }
    }

    public void Dispose()
    {
        verification.Dispose();
        batch.Dispose();
    }

    private void RunGroup(IAttack attack, AttackSettings settings, int rounds, IReadOnlyList<int> group)
    {
        doubts.Clear();
        var stepsBefore = 0;
        for (var round = 0; round < rounds && group.Count > 0; round++)
        {
            left = [];
            isLastRound = round == rounds - 1;
            var run = attack.Begin(batch, settings, round);
            Try(run, group, stepsBefore);
            if (unconfirmed.Count > 0)
            {
                // The attack stopped for nothing. With all its steps, what it ends in counts.
                var again = unconfirmed.Order().ToArray();
                isSecondTry = true;
                Try(attack.Begin(batch, settings with { StopsEarly = false }, round), again, stepsBefore);
                isSecondTry = false;
            }

            stepsBefore += run.Moves;
            left.Sort();
            group = left;
        }
    }

    private void Try(AttackRun run, IReadOnlyList<int> places, int stepsBefore)
    {
        unconfirmed = [];
        pool.Run(run, places, stepsBefore);
    }

    private void Judge(Candidate candidate, bool isWrong, float distance, ReadOnlySpan<float> image)
    {
        var stoppedForNothing = candidate.WasSeenBroken && !isWrong;
        if (stoppedForNothing && !isSecondTry)
        {
            Unconfirmed++;
            unconfirmed.Add(candidate.Place);
            return;
        }

        var all = doubts.GetValueOrDefault(candidate.Place) | candidate.Doubts | (stoppedForNothing ? GradientDoubts.Unconfirmed : 0);
        doubts[candidate.Place] = all;
        if (isWrong || isLastRound)
        {
            found!(new Found(candidate.Place, isWrong, candidate.At, isWrong ? distance : 0, all), image);
        }
        else
        {
            left.Add(candidate.Place);
        }
    }
}
