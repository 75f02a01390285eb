using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Ledgers;

/// <summary>
/// What an evaluation found, sample by sample and member by member. The accuracy under any ensemble of members is a query on it, and two
/// ledgers of one network on the same images join into one: what is known to be worst counts.
/// </summary>
public sealed class Ledger
{
    /// <summary>By how much an image may seem outside its ball: L2 distances are sums over pixels, each of them rounded.</summary>
    private const float Rounding = 1e-3f;

    private static readonly Dictionary<LedgerMember, MemberFinding> Nothing = [];

    private readonly SortedDictionary<int, Entry> entries = [];

    /// <summary>How many samples have a row.</summary>
    public int Count => entries.Count;

    /// <summary>By the sample's number.</summary>
    public IEnumerable<LedgerRow> Rows => entries.Values.Select(entry => entry.Row);

    /// <summary>Samples whose clean logits are no finite numbers: with any, accuracies say nothing.</summary>
    public int WithoutClass => entries.Values.Count(entry => entry.Row.HasNoClass);

    /// <summary>Whether the sample has a row.</summary>
    public bool Has(int sample) => entries.ContainsKey(sample);

    /// <summary>What members found of a sample; nothing where it has no row.</summary>
    public IReadOnlyDictionary<LedgerMember, MemberFinding> Found(int sample) => entries.TryGetValue(sample, out var entry) ? entry.Found : Nothing;

    /// <summary>What a member found of a sample; null where that is not known.</summary>
    public MemberFinding? Find(int sample, LedgerMember member) =>
        entries.TryGetValue(sample, out var entry) && entry.Found.TryGetValue(member, out var finding) ? finding : null;

    /// <summary>Adds what the network makes of a clean image. The same twice is once.</summary>
    /// <exception cref="BadInputException">It contradicts itself, or the row that the sample has.</exception>
    public void AddClean(LedgerRow row)
    {
        Require(row);
        if (entries.TryGetValue(row.Sample, out var entry))
        {
            RequireSame(entry.Row, row);
        }
        else
        {
            entries.Add(row.Sample, new Entry(row, []));
        }
    }

    /// <summary>Adds what a member found of a sample; where it has a finding already, the worse of them stays.</summary>
    /// <exception cref="BadInputException">The sample has no row, or the finding contradicts itself or the member's ball.</exception>
    public void Add(int sample, LedgerMember member, MemberFinding finding)
    {
        Require(sample, member, finding);
        if (!entries.TryGetValue(sample, out var entry))
        {
            throw new BadInputException($"Sample {sample}, {member}: expected after what the network makes of the clean image, found before it.");
        }

        entry.Add(member, finding);
    }

    /// <summary>Everything that either knows, the worse of two findings. Neither changes.</summary>
    /// <exception cref="BadInputException">They disagree about a clean image: they are of different networks, images or arithmetic.</exception>
    public Ledger MergeWith(Ledger other)
    {
        var merged = new Ledger();
        foreach (var entry in entries.Values.Concat(other.entries.Values))
        {
            merged.AddClean(entry.Row);
            var target = merged.entries[entry.Row.Sample];
            foreach (var (member, finding) in entry.Found)
            {
                target.Add(member, finding);
            }
        }

        return merged;
    }

    /// <summary>Accuracy under all of the members together: clean, without any.</summary>
    /// <param name="samples">How many were asked for, rows and samples that have none yet.</param>
    public LedgerAccuracy Accuracy(IReadOnlyCollection<LedgerMember> members, int samples) => Judge(samples, entry =>
        members.Any(member => entry.Found.TryGetValue(member, out var finding) && finding.Broken) ? Verdict.Broken
        : members.All(member => entry.Found.TryGetValue(member, out var finding) && finding.IsRobust) ? Verdict.Robust
        : Verdict.Missing);

    /// <summary>
    /// Accuracy in a ball by everything known: a sample is broken where any member broke it in a ball of the norm that is no larger, or in a
    /// larger one but within the radius. It is robust where every member in balls that are no smaller tried in vain, and there is one. Everything
    /// else is missing: where only smaller balls were tried, nobody has looked, and what larger ones broke further away may break nearer.
    /// </summary>
    /// <param name="radius">In pixel units.</param>
    /// <param name="members">Those that were asked for; of other norms they do not count.</param>
    /// <param name="samples">As <see cref="Accuracy"/>.</param>
    public LedgerAccuracy AccuracyAt(float radius, Norm norm, IReadOnlyCollection<LedgerMember> members, int samples)
    {
        LedgerMember[] ofNorm = [.. members.Where(member => member.Budget.Norm == norm)];
        LedgerMember[] trying = [.. ofNorm.Where(member => member.Budget.Radius >= radius)];
        return Judge(samples, entry =>
            entry.Found.Any(found => found.Key.Budget.Norm == norm && IsBrokenWithin(radius, found.Key, found.Value)) ? Verdict.Broken
            : trying.Length > 0 && trying.All(member => entry.Found.TryGetValue(member, out var finding) && finding.IsRobust) ? Verdict.Robust
            : Verdict.Missing);
    }

    /// <summary>The smallest distance that is known to break the sample: 0 for one that is wrong as it is, null where none is known.</summary>
    /// <exception cref="KeyNotFoundException">The sample has no row.</exception>
    public float? SmallestEpsilon(int sample, Norm norm)
    {
        var entry = entries[sample];
        return !entry.Row.IsCorrect ? 0 : entry.Found.Where(found => found.Value.Broken && found.Key.Budget.Norm == norm)
            .Min(found => (float?)found.Value.Distance);
    }

    // The ball counts beside the distance, which rounding may put beyond the ball's edge.
    private static bool IsBrokenWithin(float radius, LedgerMember member, MemberFinding finding) =>
        finding.Broken && (finding.Distance <= radius || member.Budget.Radius <= radius);

    private LedgerAccuracy Judge(int samples, Func<Entry, Verdict> verdictOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, Math.Max(1, Count));
        var (robust, broken, missing) = (0, 0, samples - Count);
        foreach (var entry in entries.Values.Where(entry => entry.Row.IsCorrect))
        {
            var verdict = verdictOf(entry);
            robust += verdict == Verdict.Robust ? 1 : 0;
            broken += verdict == Verdict.Broken ? 1 : 0;
            missing += verdict == Verdict.Missing ? 1 : 0;
        }

        return new LedgerAccuracy(robust, broken, missing, samples);
    }

    private static void Require(LedgerRow row)
    {
        if (row.Sample < 0 || row.Label < 0 || row.Prediction < Predictions.None)
        {
            throw new BadInputException(
                $"Sample {row.Sample}: expected a number, a label and a prediction of at least 0, found label {row.Label}, prediction {row.Prediction}.");
        }

        var isSound = row.HasNoClass ? float.IsNaN(row.Margin) : row.IsCorrect ? row.Margin >= 0 : row.Margin <= 0;
        if (!isSound)
        {
            throw new BadInputException($"Sample {row.Sample}: prediction {row.Prediction} of label {row.Label} expected a margin that is "
                + $"{(row.HasNoClass ? "no number" : row.IsCorrect ? "at least 0" : "at most 0")}, found {Text(row.Margin)}.");
        }
    }

    private static void Require(int sample, LedgerMember member, MemberFinding finding)
    {
        if (finding.At < 0)
        {
            throw new BadInputException($"Sample {sample}, {member}: expected a step of at least 0, found {finding.At}.");
        }

        var most = finding.Broken ? (member.Budget.Radius * (1 + Rounding)) + Rounding : 0;
        if (!(finding.Distance >= 0 && finding.Distance <= most))
        {
            throw new BadInputException($"Sample {sample}, {member}: expected a distance "
                + $"{(finding.Broken ? "within the ball" : "of 0, since it is not broken")}, found {Text(finding.Distance)}.");
        }
    }

    private static void RequireSame(LedgerRow old, LedgerRow row)
    {
        var different = old.Label != row.Label ? $"label {old.Label} and {row.Label}"
            : old.Prediction != row.Prediction ? $"prediction {old.Prediction} and {row.Prediction}"
            : !old.Margin.Equals(row.Margin) ? $"margin {Text(old.Margin)} and {Text(row.Margin)}"
            : null;
        if (different is not null)
        {
            throw new BadInputException($"Sample {row.Sample}: expected one clean image, network and arithmetic, found {different}.");
        }
    }

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private enum Verdict
    {
        Robust,
        Broken,
        Missing,
    }

    private sealed record Entry(LedgerRow Row, Dictionary<LedgerMember, MemberFinding> Found)
    {
        public void Add(LedgerMember member, MemberFinding finding) =>
            Found[member] = Found.TryGetValue(member, out var old) ? MemberFinding.Worse(old, finding) : finding;
    }
}
