using System.Security.Cryptography;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>Of which evaluation a ledger is: everything that repeating it needs. Nothing in it depends on the number of threads.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Checkpoint">SHA-256 of the checkpoint's file: <see cref="DigestOf"/>.</param>
/// <param name="Data">What the data set is called.</param>
/// <param name="Images">
/// Of all test images of the data set, not only of those that are evaluated: by it ledgers of different samples are known to be of one data set.
/// </param>
/// <param name="Timesteps">T; 0 for an ANN.</param>
/// <param name="Seed">Of the attacks' draws.</param>
/// <param name="Backend">As users name it, without its threads.</param>
/// <param name="Arithmetic">What the last bits may depend on: <see cref="Engine.Operations.IBackend.Arithmetic"/>.</param>
/// <param name="Batch">Samples in flight at once.</param>
/// <param name="StopsEarly">Whether any image that fools the network on an attack's way breaks a sample, and not only what the attack ends in.</param>
/// <param name="Attacks">Those asked for, in order.</param>
/// <param name="Samples">Numbers of the samples asked for: of a shard, those of the shard.</param>
/// <param name="Shard">Which part of the evaluation it is; null for the whole.</param>
public sealed record LedgerHeader(
    string Version, string Checkpoint, string Data, ImageDigest Images, int Timesteps, ulong Seed, string Backend, string Arithmetic, int Batch,
    bool StopsEarly, IReadOnlyList<LedgerAttack> Attacks, NumberRanges Samples, LedgerShard? Shard)
{
    /// <summary>SHA-256 of the networks that attacks were transferred from, by the names behind their <c>@</c>.</summary>
    public IReadOnlyDictionary<string, string> Origins { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Bits to which the checkpoint's weights were rounded, where a network in integers decided: it is another network than the checkpoint's, and than that
    /// of other bits. Null where the checkpoint's own did.
    /// </summary>
    public int? FixedPointBits { get; init; }

    /// <summary>All members of all attacks, each once, in order: of which a row has findings.</summary>
    public IReadOnlyList<LedgerMember> Members => [.. Attacks.SelectMany(attack => attack.Members).Distinct()];

    /// <summary>Whether the ledger has every figure that was asked for: each attack's accuracy over all samples.</summary>
    public bool IsComplete(Ledger ledger) =>
        ledger.Accuracy([], Samples.Count).IsComplete && Attacks.All(attack => ledger.Accuracy(attack.Members, Samples.Count).IsComplete);

    /// <summary>SHA-256 of a file, as lower-case hexadecimal digits.</summary>
    /// <exception cref="BadInputException">It cannot be read.</exception>
    public static string DigestOf(string checkpoint)
    {
        using var file = InputFile.Open(checkpoint);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
