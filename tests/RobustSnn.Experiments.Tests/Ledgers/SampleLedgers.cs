using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

/// <summary>Ledgers of an evaluation that never ran: what it finds of a sample depends on nothing but the sample and the member.</summary>
internal static class SampleLedgers
{
    public const float Radius = 8f / 255;

    private const float Larger = 16f / 255;

    public static LedgerAttack Pgd { get; } = new("pgd10_ens", [Member("pgd10", "bptt.PCW.1.0"), Member("pgd10", "bptr"), Member("pgd10", "act")]);

    public static LedgerAttack Square { get; } = new("square", [Member("square", LedgerMember.NoEstimator)]);

    public static LedgerAttack Euclidean { get; } =
        new("apgd-ce", [new LedgerMember("apgd-ce", "bptt.PCW.1.0", new Budget(Norm.Euclidean, 0.5f))]);

    public static LedgerAttack Wide { get; } = new("square", [new LedgerMember("square", LedgerMember.NoEstimator, Budget.Pixels(Larger))]);

    /// <summary>Of samples of a data set of 40 images.</summary>
    public static LedgerHeader Header(string samples = "0-9,20", string? shard = null, params LedgerAttack[] attacks) => new(
        "0.1.0", new string('a', 64), "cifar10", new ImageDigest(40, new string('b', 64)), 4, ulong.MaxValue, "cpu", "X64, AVX-512", 64,
        StopsEarly: true, attacks.Length > 0 ? attacks : [Pgd, Square, Euclidean], NumberRanges.Parse("samples", samples),
        shard is null ? null : LedgerShard.Parse("shard", shard));

    /// <summary>Everything that the header asks for.</summary>
    public static LedgerFile Whole(LedgerHeader header)
    {
        var ledger = new Ledger();
        foreach (var sample in Asked(header))
        {
            ledger.AddClean(Row(sample));
            foreach (var (member, finding) in Findings(header, sample))
            {
                ledger.Add(sample, member, finding);
            }
        }

        return new LedgerFile(header, ledger);
    }

    public static IEnumerable<int> Asked(LedgerHeader header) => Enumerable.Range(0, header.Images.Images).Where(header.Samples.Contains);

    /// <summary>Every fifth sample is wrong as it is.</summary>
    public static LedgerRow Row(int sample) =>
        new(sample, sample % 10, sample % 5 == 4 ? (sample + 1) % 10 : sample % 10, (sample % 5 == 4 ? -1 : 1) * (0.1f + (sample / 3f)));

    /// <summary>What members find of a sample that is right, each attack until it is broken.</summary>
    public static IEnumerable<(LedgerMember Member, MemberFinding Finding)> Findings(LedgerHeader header, int sample)
    {
        if (!Row(sample).IsCorrect)
        {
            yield break;
        }

        foreach (var attack in header.Attacks)
        {
            for (var i = 0; i < attack.Members.Count; i++)
            {
                var finding = (sample + i) % 4 == 2
                    ? MemberFinding.BrokenAt(sample + 1, attack.Members[i].Budget.Radius / (1 + (sample % 4)))
                    : MemberFinding.Unbroken(10);
                yield return (attack.Members[i], finding);
                if (finding.Broken)
                {
                    break;
                }
            }
        }
    }

    /// <summary>As the evaluation does: a batch of clean images, then its findings, from one sample on to another.</summary>
    public static void Run(LedgerJournal journal, LedgerHeader header, int batch, Func<int, bool> isWanted)
    {
        foreach (var samples in Asked(header).Where(isWanted).Chunk(batch))
        {
            foreach (var sample in samples)
            {
                journal.AppendClean(Row(sample));
            }

            foreach (var (sample, (member, finding)) in samples.SelectMany(sample => Findings(header, sample).Select(each => (sample, each))))
            {
                journal.Append(sample, member, finding);
            }

            journal.Flush();
        }
    }

    public static byte[] Bytes(LedgerFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    private static LedgerMember Member(string attack, string estimator) => new(attack, estimator, Budget.Pixels(Radius));
}
