using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>A ledger's findings in one ball, of the samples that an evaluation was over, by their places in its source.</summary>
internal sealed class EvaluatedFindings
{
    private readonly Ledger ledger;
    private readonly ISampleSource source;
    private readonly LedgerRow?[] rows;

    /// <exception cref="BadInputException">The ledger has other labels than the source: it is of another data set.</exception>
    public EvaluatedFindings(ISampleSource source, Ledger ledger, Budget budget)
    {
        this.source = source;
        this.ledger = ledger;
        var known = ledger.Rows.ToDictionary(row => row.Sample);
        rows = [.. Enumerable.Range(0, source.Count).Select(place => known.TryGetValue(source.Number(place), out var row) ? row : (LedgerRow?)null)];
        for (var place = 0; place < rows.Length; place++)
        {
            if (rows[place] is { } row && row.Label != source.Label(place))
            {
                throw new BadInputException($"Sample {row.Sample} has label {row.Label} in the ledger and {source.Label(place)} in the data set: expected the "
                    + "ledger of an evaluation on these samples.");
            }
        }

        Right = [.. Enumerable.Range(0, rows.Length).Where(place => rows[place] is { IsCorrect: true })];
        Members =
        [
            .. Right.SelectMany(place => ledger.Found(source.Number(place)).Keys).Distinct().Where(member => member.Budget == budget)
                .OrderBy(member => member.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>Samples of the source.</summary>
    public int Count => rows.Length;

    /// <summary>Places of the samples that the network gets right as they are.</summary>
    public IReadOnlyList<int> Right { get; }

    /// <summary>What attacked any of these in the ball.</summary>
    public IReadOnlyList<LedgerMember> Members { get; }

    /// <summary>What attacked in the ball along gradients of the network itself.</summary>
    public IEnumerable<LedgerMember> WhiteBox => Members.Where(member => FollowsGradients(member) && !IsTransferred(member.Attack));

    /// <summary>What attacked in the ball without its gradients: by logits alone, or with images made on another network.</summary>
    public IEnumerable<LedgerMember> BlackBox => Members.Where(member => !FollowsGradients(member) || IsTransferred(member.Attack));

    /// <summary>Null where the ledger has none.</summary>
    public LedgerRow? Row(int place) => rows[place];

    /// <summary>Null where the member did not attack that sample.</summary>
    public MemberFinding? Find(int place, LedgerMember member) => ledger.Find(source.Number(place), member);

    /// <summary>Whether one of them broke the sample; null where none of them attacked it.</summary>
    public bool? IsBroken(int place, IEnumerable<LedgerMember> members)
    {
        bool? broken = null;
        foreach (var member in members)
        {
            if (Find(place, member) is { } finding)
            {
                broken = broken == true || finding.Broken;
            }
        }

        return broken;
    }

    /// <summary>
    /// The estimator whose attacks broke most of what they were asked to break, or null where none followed gradients. Members of an ensemble see
    /// only what those before them left: so it is shares that are compared, and of these the lower ends of their 95 % intervals, since the last
    /// members may have seen few.
    /// </summary>
    /// <param name="otherwise">Of equals; where none broke anything, all are.</param>
    public GradientEstimator? Strongest(GradientEstimator otherwise)
    {
        var best = (Estimator: (string?)null, Least: -1.0);
        foreach (var members in WhiteBox.GroupBy(member => member.Estimator).OrderByDescending(members => members.Key == otherwise.Name))
        {
            bool[] broken = [.. Right.Select(place => IsBroken(place, members)).OfType<bool>()];
            var least = broken.Length == 0 ? 0 : Interval.ClopperPearson(broken.Count(each => each), broken.Length).Lower;
            best = least > best.Least ? (members.Key, least) : best;
        }

        return best.Estimator is { } name ? GradientEstimators.Parse(name) : null;
    }

    /// <summary>Whether an attack's name says that another network's gradients made its images.</summary>
    public static bool IsTransferred(string attack) => attack.Contains(AttackCatalogue.Transfer, StringComparison.Ordinal);

    private static bool FollowsGradients(LedgerMember member) => member.Estimator != LedgerMember.NoEstimator;
}
