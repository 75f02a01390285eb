using System.Globalization;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>
/// Which part of an evaluation a ledger has, where it was divided: <c>3/16</c>, or <c>1-3,7/16</c> of several that were merged. All of them are
/// the whole evaluation, which has no shard.
/// </summary>
public sealed record LedgerShard
{
    private readonly NumberRanges parts;

    private LedgerShard(NumberRanges parts, int of) => (this.parts, Of) = (parts, of);

    /// <summary>Into how many parts it was divided.</summary>
    public int Of { get; }

    /// <param name="place">What a refusal begins with.</param>
    /// <exception cref="BadInputException">It is not as <see cref="ToString"/> writes it, or all of the parts.</exception>
    public static LedgerShard Parse(string place, string text)
    {
        var slash = text.LastIndexOf('/');
        if (slash < 0 || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var of)
            || text[(slash + 1)..] != of.ToString(CultureInfo.InvariantCulture))
        {
            throw new BadInputException($"{place}: expected the part and the number of parts, such as 3/16, found '{JsonFields.Shortened(text)}'");
        }

        var parts = NumberRanges.Parse(place, text[..slash]);
        return !parts.Contains(0) && parts.Last <= of && parts.Count < of
            ? new LedgerShard(parts, of)
            : throw new BadInputException($"{place}: expected some but not all of the parts 1 to {of}, found '{JsonFields.Shortened(text)}'");
    }

    /// <summary>The parts of both; null where these are all, or one of them is the whole already.</summary>
    /// <exception cref="BadInputException">They were divided into different numbers of parts.</exception>
    public static LedgerShard? Union(LedgerShard? left, LedgerShard? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (left.Of != right.Of)
        {
            throw new BadInputException($"expected shards of one division, found {left} and {right}: merge all shards of each first");
        }

        var parts = left.parts.Union(right.parts);
        return parts.Count == left.Of ? null : new LedgerShard(parts, left.Of);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{parts}/{Of}");
}
