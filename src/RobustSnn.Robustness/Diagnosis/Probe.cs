using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>What an attack left of the samples of a probe.</summary>
/// <param name="Robust">Of each sample, whether the network gets it right before and after.</param>
/// <param name="IsVoid">Whether gradients or logits were no numbers, so that it says nothing.</param>
internal sealed record ProbeOutcome(IReadOnlyList<bool> Robust, bool IsVoid)
{
    public int Count => Robust.Count(each => each);

    public double Share => (double)Count / Robust.Count;
}

/// <summary>Attacks the same samples again and again, every attack with all its steps, and says of each sample what became of it.</summary>
/// <param name="progress">Gets how far each attack is.</param>
internal sealed class Probe(
    IClassifier classifier, ISampleSource samples, ulong seed, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
{
    private readonly Record record = new();

    public int Samples => samples.Count;

    /// <summary>An outcome for each attack. A member that it has run before it does not run again.</summary>
    public IReadOnlyList<ProbeOutcome> Run(params IReadOnlyList<AttackInBudget> attacks)
    {
        using var evaluation = new Evaluation(classifier, new EvaluationOptions(classifier.Timesteps, classifier.Batch, seed));
        var result = evaluation.Run(samples, attacks, progress, cancellation, record);
        var rows = record.Known.Rows.ToDictionary(row => row.Sample);
        return [.. attacks.Zip(result.Attacks, (asked, found) => new ProbeOutcome(
            [.. Enumerable.Range(0, samples.Count).Select(samples.Number).Select(number => rows[number].IsCorrect && Survives(number, asked))],
            found.IsVoid))];
    }

    private bool Survives(int number, AttackInBudget asked) => asked.Attack.For(classifier.Timesteps).Members
        .All(member => record.Known.Find(number, member.In(asked.Budget)) is { Broken: false });

    /// <summary>Keeps findings. Of a clean image it keeps what the network said first: one that is random says something else each time.</summary>
    private sealed class Record : IEvaluationRecord
    {
        public Ledger Known { get; } = new();

        public void AddClean(LedgerRow row)
        {
            if (!Known.Has(row.Sample))
            {
                Known.AddClean(row);
            }
        }

        public void Add(int sample, LedgerMember member, MemberFinding finding, ReadOnlySpan<float> image) => Known.Add(sample, member, finding);

        public void Flush()
        {
        }
    }
}
