using RobustSnn.Experiments.Ledgers;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>An evaluation's record: a ledger, in a journal or in memory, and the adversarial images, where they are wanted.</summary>
/// <param name="journal">Null for a ledger in memory.</param>
/// <param name="images">Null where nobody wants them.</param>
internal sealed class FileRecord(LedgerJournal? journal, AdversarialImages? images) : IEvaluationRecord
{
    public Ledger Known { get; } = journal?.Ledger ?? new Ledger();

    public void AddClean(LedgerRow row)
    {
        if (journal is null)
        {
            Known.AddClean(row);
        }
        else if (!Known.Has(row.Sample))
        {
            journal.AppendClean(row);
        }
        else
        {
            Known.AddClean(row); // which refuses another one than there is
        }
    }

    public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image)
    {
        if (journal is null)
        {
            Known.Add(sample, member, finding);
        }
        else
        {
            journal.Append(sample, member, finding);
        }

        if (finding.Broken)
        {
            images?.Add(sample, member, finding, image);
        }
    }

    public void Flush() => journal?.Flush();
}
