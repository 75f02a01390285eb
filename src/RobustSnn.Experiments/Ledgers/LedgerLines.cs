using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Messages;
using RobustSnn.Model;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>
/// A ledger's rows as lines: <c>{"sample":17,"label":3,"prediction":3,"margin":1.2,"found":{MEMBER:[broken,at,distance]},"smallest":{"linf":0.01}}</c>, behind the
/// distance the attack's doubts where it had any. A line may have what
/// is known of the clean image, or findings, or both; margins that are no number are null.
/// </summary>
internal static class LedgerLines
{
    private const byte End = (byte)'\n';

    /// <summary>Of a whole row: what <see cref="Ledger.SmallestEpsilon"/> says, for who reads the file with something else.</summary>
    private const string SmallestKey = "smallest";

    private static readonly (string Word, GradientDoubts Doubt)[] DoubtWords =
    [
        ("vanished", GradientDoubts.Vanished), ("gradient", GradientDoubts.NotFiniteGradient), ("logits", GradientDoubts.NotFiniteLogits), ("unconfirmed", GradientDoubts.Unconfirmed),
    ];

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appends a line, with its end.</summary>
    /// <param name="row">What the network makes of the clean image; null where the line does not say it.</param>
    /// <param name="found">In the order in which they are to stand.</param>
    public static void Write(
        ArrayBufferWriter<byte> target, int sample, LedgerRow? row, IEnumerable<(string Member, MemberFinding Finding)> found)
    {
        using (var writer = new Utf8JsonWriter(target, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("sample", sample);
            if (row is { } clean)
            {
                WriteClean(writer, clean);
            }

            (string Member, MemberFinding Finding)[] all = [.. found];
            WriteFound(writer, all);
            if (row is not null)
            {
                WriteSmallest(writer, all);
            }

            writer.WriteEndObject();
        }

        target.Write([End]);
    }

    /// <summary>Reads a line into the ledger.</summary>
    /// <param name="header">Of the file: its samples and members are the only ones.</param>
    /// <param name="members">The header's, by their texts.</param>
    /// <exception cref="BadInputException">The line is none, or contradicts the header or the ledger.</exception>
    public static void Read(
        string place, JsonElement element, LedgerHeader header, IReadOnlyDictionary<string, LedgerMember> members, Ledger ledger)
    {
        var fields = new JsonFields(place, element);
        var sample = fields.Whole("sample");
        if (!header.Samples.Contains(sample))
        {
            throw fields.Wrong("sample", "a number that the header asks for");
        }

        LedgerRow? row = fields.Has("label")
            ? new LedgerRow(sample, fields.Whole("label"), fields.Whole("prediction"), fields.SingleOrNull("margin") ?? float.NaN)
            : null;
        (LedgerMember Member, MemberFinding Finding)[] found = row is null || fields.Has("found")
            ? [.. fields.Properties("found").Select(property => (Member(place, property.Name, members), Finding(place, property)))]
            : [];
        RequireSmallest(fields, found.Select(each => (each.Member.ToString(), each.Finding)));
        fields.RequireNoOther();
        try
        {
            Add(ledger, sample, row, found);
        }
        catch (BadInputException mistake)
        {
            throw new BadInputException($"{place}: {mistake.Message}", mistake);
        }
    }

    private static void Add(Ledger ledger, int sample, LedgerRow? row, (LedgerMember Member, MemberFinding Finding)[] found)
    {
        if (row is { } clean)
        {
            ledger.AddClean(clean);
        }

        foreach (var (member, finding) in found)
        {
            ledger.Add(sample, member, finding);
        }
    }

    private static void WriteClean(Utf8JsonWriter writer, LedgerRow row)
    {
        writer.WriteNumber("label", row.Label);
        writer.WriteNumber("prediction", row.Prediction);
        if (float.IsNaN(row.Margin))
        {
            writer.WriteNull("margin");
        }
        else
        {
            writer.WriteNumber("margin", row.Margin);
        }
    }

    private static void WriteFound(Utf8JsonWriter writer, IEnumerable<(string Member, MemberFinding Finding)> found)
    {
        var isFirst = true;
        foreach (var (member, finding) in found)
        {
            if (isFirst)
            {
                writer.WriteStartObject("found");
                isFirst = false;
            }

            writer.WriteStartArray(member);
            writer.WriteBooleanValue(finding.Broken);
            writer.WriteNumberValue(finding.At);
            writer.WriteNumberValue(finding.Distance);
            WriteDoubts(writer, finding.Doubts);
            writer.WriteEndArray();
        }

        if (!isFirst)
        {
            writer.WriteEndObject();
        }
    }

    /// <summary>Of each norm, the smallest distance that is known to break the sample, where one is.</summary>
    private static void WriteSmallest(Utf8JsonWriter writer, IEnumerable<(string Member, MemberFinding Finding)> found)
    {
        var smallest = Smallest(found);
        if (smallest.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(SmallestKey);
        foreach (var (norm, distance) in smallest)
        {
            writer.WriteNumber(norm, distance);
        }

        writer.WriteEndObject();
    }

    /// <exception cref="BadInputException">The line says another smallest distance than its findings.</exception>
    private static void RequireSmallest(JsonFields fields, IEnumerable<(string Member, MemberFinding Finding)> found)
    {
        if (!fields.Has(SmallestKey))
        {
            return;
        }

        var smallest = Smallest(found);
        JsonProperty[] said = [.. fields.Properties(SmallestKey)];
        if (said.Length != smallest.Count || said.Any(each => !smallest.TryGetValue(each.Name, out var distance)
            || each.Value.ValueKind != JsonValueKind.Number || !each.Value.TryGetSingle(out var value) || value != distance))
        {
            throw fields.Wrong(SmallestKey, $"what the findings say, {string.Join(", ", smallest.Select(each => $"{each.Key} {each.Value:R}"))}");
        }
    }

    // By the norm as members' texts have it, behind the last space: "pgd10 bptr linf:0.01".
    private static SortedDictionary<string, float> Smallest(IEnumerable<(string Member, MemberFinding Finding)> found) => new(
        found.Where(each => each.Finding.Broken).GroupBy(each => each.Member[(each.Member.LastIndexOf(' ') + 1)..each.Member.LastIndexOf(':')])
            .ToDictionary(group => group.Key, group => group.Min(each => each.Finding.Distance)), StringComparer.Ordinal);

    private static void WriteDoubts(Utf8JsonWriter writer, GradientDoubts doubts)
    {
        if (doubts == GradientDoubts.None)
        {
            return;
        }

        writer.WriteStartArray();
        foreach (var (word, doubt) in DoubtWords)
        {
            if (doubts.HasFlag(doubt))
            {
                writer.WriteStringValue(word);
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>Doubts as <see cref="WriteDoubts"/> has them; null for anything else.</summary>
    private static GradientDoubts? Doubts(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            return null;
        }

        var (doubts, next) = (GradientDoubts.None, 0);
        foreach (var each in value.EnumerateArray())
        {
            // In the order of the words, each once, so that the same finding has one text.
            var index = each.ValueKind == JsonValueKind.String ? Array.FindIndex(DoubtWords, next, word => word.Word == each.GetString()) : -1;
            if (index < 0)
            {
                return null;
            }

            doubts |= DoubtWords[index].Doubt;
            next = index + 1;
        }

        return doubts;
    }

    private static LedgerMember Member(string place, string text, IReadOnlyDictionary<string, LedgerMember> members) =>
        members.TryGetValue(text, out var member)
            ? member
            : throw new BadInputException($"{place}: found: expected a member of an attack of the header, found '{JsonFields.Shortened(text)}'"
                + NearestName.Hint(JsonFields.Shortened(text), members.Keys));

    private static MemberFinding Finding(string place, JsonProperty property)
    {
        var value = property.Value;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is 3 or 4
            && value[0].ValueKind is JsonValueKind.True or JsonValueKind.False
            && value[1].ValueKind == JsonValueKind.Number && value[1].TryGetInt32(out var at)
            && value[2].ValueKind == JsonValueKind.Number && value[2].TryGetSingle(out var distance)
            && (value.GetArrayLength() == 3 ? GradientDoubts.None : Doubts(value[3])) is { } doubts)
        {
            return new MemberFinding(value[0].GetBoolean(), at, distance, doubts);
        }

        throw new BadInputException($"{place}: found: '{JsonFields.Shortened(property.Name)}' expected [broken, at, distance], with a list of {string.Join(", ", DoubtWords.Select(each => each.Word))} behind where there are any, found {JsonFields.Quoted(value)}");
    }
}
