using FsCheck.Fluent;
using FsCheck;
using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Tests.Ledgers;

/// <summary>Merging is joining what is known: the order and the number of times do not matter.</summary>
[TestFixture]
public sealed class LedgerMergeTests
{
    private const int Samples = 4;

    private static readonly LedgerMember[] Members =
    [
        new("pgd10", "bptr", Budget.Pixels(0.5f)), new("square", LedgerMember.NoEstimator, Budget.Pixels(0.5f)),
        new("pgd10", "bptr", new Budget(Norm.Euclidean, 0.5f)),
    ];

    /// <summary>Findings of few values, so that ties are common; of a sample there is one clean image.</summary>
    private static readonly Arbitrary<Ledger> Ledgers = Gen.Choose(0, (Samples * Members.Length * 2 * 9) - 1).ArrayOf().Select(numbers =>
    {
        var ledger = new Ledger();
        foreach (var number in numbers)
        {
            var (rest, sample) = Math.DivRem(number, Samples);
            (rest, var member) = Math.DivRem(rest, Members.Length);
            (rest, var broken) = Math.DivRem(rest, 2);
            ledger.AddClean(sample == 0 ? new LedgerRow(sample, 1, Predictions.None, float.NaN) : new LedgerRow(sample, 1, sample - 1, sample == 2 ? 1 : -1));
            if (rest > 0)
            {
                ledger.Add(sample, Members[member], (broken == 1 ? MemberFinding.BrokenAt(rest % 3, rest / 3 / 8f) : MemberFinding.Unbroken(rest))
                    with
                { Doubts = (GradientDoubts)(number % 16) });
            }
        }

        return ledger;
    }).ToArbitrary();

    private static string[] Content(Ledger ledger) =>
    [
        .. ledger.Rows.SelectMany(row => ledger.Found(row.Sample).Select(found => $"{row.Sample} {found}").Order().Prepend(row.ToString())),
    ];

    [FsCheck.NUnit.Property]
    public Property It_does_not_matter_which_comes_first() =>
        Prop.ForAll(Ledgers, Ledgers, (a, b) => Content(a.MergeWith(b)).SequenceEqual(Content(b.MergeWith(a))));

    [FsCheck.NUnit.Property]
    public Property It_does_not_matter_which_are_merged_first() =>
        Prop.ForAll(Ledgers, Ledgers, Ledgers, (a, b, c) => Content(a.MergeWith(b).MergeWith(c)).SequenceEqual(Content(a.MergeWith(b.MergeWith(c)))));

    [FsCheck.NUnit.Property]
    public Property A_ledger_with_itself_is_itself() => Prop.ForAll(Ledgers, a => Content(a.MergeWith(a)).SequenceEqual(Content(a)));

    [FsCheck.NUnit.Property]
    public Property Neither_changes() => Prop.ForAll(Ledgers, Ledgers, (a, b) =>
    {
        var (left, right) = (Content(a), Content(b));
        var merged = Content(a.MergeWith(b));
        a.MergeWith(b).MergeWith(b.MergeWith(a));
        return Content(a).SequenceEqual(left) && Content(b).SequenceEqual(right) && Content(a.MergeWith(b)).SequenceEqual(merged);
    });

    /// <summary>What more is known makes no network more robust, and no figure less complete.</summary>
    [FsCheck.NUnit.Property]
    public Property More_knowledge_breaks_no_less() => Prop.ForAll(Ledgers, Ledgers, (a, b) =>
    {
        var (before, after) = (a.Accuracy(Members, Samples), a.MergeWith(b).Accuracy(Members, Samples));
        var (near, nearAfter) = (a.AccuracyAt(0.25f, Norm.Infinity, Members, Samples), a.MergeWith(b).AccuracyAt(0.25f, Norm.Infinity, Members, Samples));
        return after.Broken >= before.Broken && after.Most <= before.Most && after.Missing <= before.Missing
            && nearAfter.Broken >= near.Broken && nearAfter.Most <= near.Most;
    });
}
