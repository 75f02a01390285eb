using RobustSnn.Model;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>Joins ledgers of one network on the same data: shards of an evaluation, other samples, other attacks.</summary>
public static class LedgerMerge
{
    /// <summary>Reads and joins files, in their order.</summary>
    /// <exception cref="BadInputException">
    /// One cannot be read, or two are not of one network, data and settings: the message says in what they differ.
    /// </exception>
    public static LedgerFile Read(IReadOnlyList<string> paths)
    {
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count);
        var merged = LedgerFile.Read(paths[0]);
        foreach (var path in paths.Skip(1))
        {
            var next = LedgerFile.Read(path);
            try
            {
                merged = Of(merged, next);
            }
            catch (BadInputException mistake)
            {
                throw new BadInputException($"{path}: cannot be merged with {paths[0]}: {mistake.Message}", mistake);
            }
        }

        return merged;
    }

    /// <summary>What both know: attacks and samples of both, the worse of two findings. All shards of an evaluation are the whole.</summary>
    /// <exception cref="BadInputException">They are not of one network, data and settings.</exception>
    public static LedgerFile Of(LedgerFile left, LedgerFile right)
    {
        if (LedgerHeaderJson.MergeDifferenceOf(right.Header, left.Header) is { } difference)
        {
            throw new BadInputException($"'{difference.Key}' expected {difference.Expected}, found {difference.Found}");
        }

        var header = left.Header with
        {
            Attacks = [.. left.Header.Attacks.Union(right.Header.Attacks)],
            Samples = left.Header.Samples.Union(right.Header.Samples),
            Batch = Math.Max(left.Header.Batch, right.Header.Batch),
            Shard = LedgerShard.Union(left.Header.Shard, right.Header.Shard),
            Origins = Union(left.Header.Origins, right.Header.Origins),
        };
        return new LedgerFile(header, left.Ledger.MergeWith(right.Ledger)) { Notes = [.. left.Notes, .. right.Notes] };
    }

    /// <summary>One name is one network: attacks transferred from another are other attacks.</summary>
    private static SortedDictionary<string, string> Union(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right)
    {
        var all = new SortedDictionary<string, string>(left.ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, digest) in right)
        {
            if (!all.TryAdd(name, digest) && all[name] != digest)
            {
                throw new BadInputException($"the network '{name}' that attacks are transferred from expected SHA-256 {all[name]}, found {digest}");
            }
        }

        return all;
    }
}
