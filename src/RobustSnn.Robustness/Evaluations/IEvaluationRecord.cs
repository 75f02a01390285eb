using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Where an evaluation looks for what is known already, and where its findings go: a file, say, that a later start goes on with.</summary>
public interface IEvaluationRecord
{
    /// <summary>What is known. What it has of a sample and member is not found out again.</summary>
    Ledger Known { get; }

    /// <summary>The network as deployed has seen the clean image.</summary>
    void AddClean(LedgerRow row);

    /// <summary>A member has done with a sample.</summary>
    /// <param name="image">That breaks it, or that the attack ended in.</param>
    void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image);

    /// <summary>After some findings, a batch of them at most: they should be safe now.</summary>
    void Flush();
}

/// <summary>The record of an evaluation that nobody else wants to know of.</summary>
internal sealed class UnsharedRecord : IEvaluationRecord
{
    public Ledger Known { get; } = new();

    public void AddClean(LedgerRow row) => Known.AddClean(row);

    public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image) => Known.Add(sample, member, finding);

    public void Flush()
    {
    }
}
