using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.FixedPoint;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>A ledger's header as the first line of its file.</summary>
internal static class LedgerHeaderJson
{
    /// <summary>Of this program's files. A change that an older program would misread is a new number.</summary>
    private const int Format = 1;

    private const int LongestName = 200;
    private const int LongestQuotation = 100;
    private const string Complete = "complete";
    private const string Origins = "origins";
    private const string FixedPointBits = "fixed_point_bits";

    /// <summary>Keys in which ledgers may differ that are merged.</summary>
    private static readonly string[] United = ["attacks", "samples", "shard", "batch", Origins, Complete];

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line, without its end.</summary>
    /// <param name="isComplete">Whether the file has every figure asked for.</param>
    public static string Write(LedgerHeader header, bool isComplete) => Object(header, isComplete).ToJsonString(Options);

    /// <summary>A key in which two headers differ that must be the same for both to be of one evaluation; null where there is none.</summary>
    public static Difference? DifferenceOf(LedgerHeader found, LedgerHeader expected) => DifferenceOf(found, expected, [Complete]);

    /// <summary>The same of two evaluations that only attacks, samples and the batch, which no finding depends on, may tell apart.</summary>
    public static Difference? MergeDifferenceOf(LedgerHeader found, LedgerHeader expected) => DifferenceOf(found, expected, United);

    /// <exception cref="BadInputException">
    /// A newer program's, a key is unknown or missing, a value is none of its kind, or two contradict each other.
    /// </exception>
    public static (LedgerHeader Header, bool IsComplete) Read(string place, JsonElement element)
    {
        var fields = new JsonFields(place, element);
        var format = fields.Whole("format");
        if (format != Format)
        {
            throw fields.Wrong("format", $"{Format}, the one that this program reads: use the program that wrote the file");
        }

        var header = new LedgerHeader(
            Name(fields, "version"), Digest(fields, "checkpoint"), Name(fields, "data"), Images(fields), NotBelow(fields, "timesteps", 0),
            fields.Unsigned("seed"), Name(fields, "backend"), Name(fields, "arithmetic"), NotBelow(fields, "batch", 1), fields.Flag("stops_early"),
            Attacks(place, fields), NumberRanges.Parse($"{place}: samples", fields.Text("samples")),
            fields.TextOrNull("shard") is { } shard ? LedgerShard.Parse($"{place}: shard", shard) : null)
        {
            Origins = fields.Has(Origins) ? OriginsOf(fields) : new Dictionary<string, string>(),
            FixedPointBits = fields.Has(FixedPointBits) ? BitsOf(fields) : null,
        };
        var isComplete = fields.Flag(Complete);
        fields.RequireNoOther();
        return header.Samples.Last < header.Images.Images
            ? (header, isComplete)
            : throw fields.Wrong("samples", $"numbers below {header.Images.Images}, the number of test images");
    }

    private static Dictionary<string, string> OriginsOf(JsonFields header)
    {
        string[] names = [.. header.Properties(Origins).Select(property => property.Name).Distinct()];
        if (!Array.TrueForAll(names, IsName))
        {
            throw header.Wrong(Origins, $"names of 1 to {LongestName} characters in one line");
        }

        var fields = header.Object(Origins);
        return names.ToDictionary(name => name, name => Digest(fields, name), StringComparer.Ordinal);
    }

    private static int BitsOf(JsonFields fields) => fields.Whole(FixedPointBits) is var bits and >= IntegerWeights.FewestBits and <= IntegerWeights.MostBits
        ? bits
        : throw fields.Wrong(FixedPointBits, $"{IntegerWeights.FewestBits} to {IntegerWeights.MostBits}");

    private static Difference? DifferenceOf(LedgerHeader found, LedgerHeader expected, string[] left)
    {
        var (one, other) = (Object(found, isComplete: true), Object(expected, isComplete: true));

        // Keys of both: one that only some headers have tells them apart from those without.
        foreach (var key in other.Select(pair => pair.Key).Union(one.Select(pair => pair.Key)).Except(left))
        {
            if (!JsonNode.DeepEquals(one[key], other[key]))
            {
                return new Difference(key, Quoted(one[key]), Quoted(other[key]));
            }
        }

        return null;
    }

    private static JsonObject Object(LedgerHeader header, bool isComplete)
    {
        var written = Always(header, isComplete);
        if (header.Origins.Count > 0)
        {
            written[Origins] = new JsonObject(header.Origins.OrderBy(each => each.Key, StringComparer.Ordinal)
                .Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value)));
        }

        if (header.FixedPointBits is { } bits)
        {
            written[FixedPointBits] = bits;
        }

        return written;
    }

    private static JsonObject Always(LedgerHeader header, bool isComplete) => new()
    {
        ["format"] = Format,
        ["version"] = header.Version,
        ["checkpoint"] = header.Checkpoint,
        ["data"] = header.Data,
        ["images"] = new JsonObject { ["count"] = header.Images.Images, ["sha256"] = header.Images.Sha256 },
        ["timesteps"] = header.Timesteps,
        ["seed"] = header.Seed,
        ["backend"] = header.Backend,
        ["arithmetic"] = header.Arithmetic,
        ["batch"] = header.Batch,
        ["stops_early"] = header.StopsEarly,
        ["attacks"] = new JsonArray([.. header.Attacks.Select(Attack)]),
        ["samples"] = header.Samples.ToString(),
        ["shard"] = header.Shard?.ToString(),
        [Complete] = isComplete,
    };

    private static JsonNode Attack(LedgerAttack attack) => new JsonObject
    {
        ["name"] = attack.Name,
        ["members"] = new JsonArray([.. attack.Members.Select(member => (JsonNode)member.ToString())]),
    };

    private static ImageDigest Images(JsonFields header)
    {
        var fields = header.Object("images");
        var images = new ImageDigest(NotBelow(fields, "count", 1), Digest(fields, "sha256"));
        fields.RequireNoOther();
        return images;
    }

    private static LedgerAttack[] Attacks(string place, JsonFields header)
    {
        LedgerAttack[] attacks = [.. header.Elements("attacks").Select((element, i) => Attack($"{place}: attacks[{i}]", element))];
        return attacks.Distinct().Count() == attacks.Length ? attacks : throw header.Wrong("attacks", "each attack once");
    }

    private static LedgerAttack Attack(string place, JsonElement element)
    {
        var fields = new JsonFields(place, element);
        var name = Name(fields, "name");
        LedgerMember[] members = [.. fields.Elements("members").Select(member => Member(place, fields, member))];
        fields.RequireNoOther();
        var isInOneBall = members.Select(member => member.Budget).Distinct().Count() <= 1;
        return isInOneBall && members.Distinct().Count() == members.Length
            ? new LedgerAttack(name, members)
            : throw fields.Wrong("members", "members in one ball, each once");
    }

    private static LedgerMember Member(string place, JsonFields fields, JsonElement member)
    {
        var text = member.ValueKind == JsonValueKind.String ? member.GetString()! : throw fields.Wrong("members", "texts");
        if (text.Length > LongestName)
        {
            throw fields.Wrong("members", $"texts of at most {LongestName} characters");
        }

        try
        {
            return LedgerMember.Parse(text);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{place}: {mistake.Message}", mistake);
        }
    }

    /// <summary>A name goes into messages and tables.</summary>
    private static string Name(JsonFields fields, string key) => fields.Text(key) is var name && IsName(name)
        ? name
        : throw fields.Wrong(key, $"1 to {LongestName} characters in one line");

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && !text.Any(char.IsControl);

    private static string Digest(JsonFields fields, string key) =>
        fields.Text(key) is { Length: 64 } digest && digest.All(char.IsAsciiHexDigitLower)
            ? digest
            : throw fields.Wrong(key, "64 lower-case hexadecimal digits");

    private static int NotBelow(JsonFields fields, string key, int least) =>
        fields.Whole(key) is var value && value >= least ? value : throw fields.Wrong(key, $"at least {least}");

    private static string Quoted(JsonNode? value)
    {
        var text = value is null ? "none" : value.ToJsonString(Options);
        return text.Length <= LongestQuotation ? text : $"{text[..LongestQuotation]}…";
    }

    /// <summary>Where two headers differ, for a refusal.</summary>
    public sealed record Difference(string Key, string Found, string Expected);
}
