using System.Buffers.Binary;
using System.Text.Json;
using RobustSnn.Experiments.Messages;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>One tensor of a header: bytes [Begin, End) after the header.</summary>
internal sealed record SafetensorsEntry(int Index, string Name, ElementType Type, int[] Dimensions, long Begin, long End);

/// <summary>A header read and checked against the format and the length of its file.</summary>
internal sealed class SafetensorsHeader
{
    // The limit of the format's reference implementation.
    private const long MaximumLength = 100_000_000;

    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = ElementType.F32,
        ["F64"] = ElementType.F64,
        ["F16"] = ElementType.F16,
        ["BF16"] = ElementType.BF16,
        ["I64"] = ElementType.I64,
        ["I32"] = ElementType.I32,
        ["I16"] = ElementType.I16,
        ["I8"] = ElementType.I8,
        ["U8"] = ElementType.U8,
        ["BOOL"] = ElementType.Bool,
    };

    private readonly string file;
    private readonly List<SafetensorsEntry> entries = [];
    private readonly SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file, long dataStart)
    {
        this.file = file;
        DataStart = dataStart;
    }

    public long DataStart { get; }

    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    public static string TypeName(ElementType type) => Types.First(pair => pair.Value == type).Key;

    public static SafetensorsHeader Read(string file, FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            throw new BadInputException($"{file}: not a safetensors file: expected 8 bytes of header length, found {stream.Length} bytes");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long room = Math.Min(stream.Length - prefix.Length, MaximumLength);
        if (length > (ulong)room)
        {
            throw new BadInputException(
                $"{file}: not a safetensors file or cut short: expected a header of at most {room} bytes, found header length {length}");
        }

        var json = new byte[(int)length];
        stream.ReadExactly(json);
        var header = new SafetensorsHeader(file, prefix.Length + json.Length);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            header.ReadRoot(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a JSON string that is not valid Unicode.
            throw new BadInputException($"{file}: the header is not valid JSON: {exception.Message}", exception);
        }

        header.CheckLayout(stream.Length - header.DataStart);
        return header;
    }

    private void ReadRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"expected a JSON object as header, found {root.ValueKind}");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw Bad($"tensor '{property.Name}': the header has this name twice");
            }

            if (property.Name == "__metadata__")
            {
                ReadMetadata(property.Value);
            }
            else
            {
                entries.Add(ReadEntry(property.Name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"__metadata__: expected an object of strings, found {value.ValueKind}");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw Bad($"__metadata__.{property.Name}: expected a string, found {property.Value.ValueKind}");
            }

            if (!metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                throw Bad($"__metadata__.{property.Name}: the key is there twice");
            }
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"tensor '{name}': expected an object with dtype, shape and data_offsets, found {value.ValueKind}");
        }

        JsonElement? type = null, shape = null, offsets = null;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            ref JsonElement? field = ref offsets;
            switch (property.Name)
            {
                case "dtype": field = ref type; break;
                case "shape": field = ref shape; break;
                case "data_offsets": break;
                default: throw Bad($"tensor '{name}': expected dtype, shape and data_offsets, found '{property.Name}'");
            }

            if (field is not null)
            {
                throw Bad($"tensor '{name}': {property.Name} is there twice");
            }

            field = property.Value;
        }

        ElementType elementType = ReadType(name, type ?? throw Bad($"tensor '{name}': dtype is missing"));
        long[] dimensions = ReadNumbers(name, "shape", shape);
        long[] range = ReadNumbers(name, "data_offsets", offsets);
        if (range.Length != 2 || range[0] > range[1])
        {
            throw Bad($"tensor '{name}': expected data_offsets [begin, end], found [{string.Join(", ", range)}]");
        }

        CheckSize(name, elementType, dimensions, range[1] - range[0]);
        return new SafetensorsEntry(entries.Count, name, elementType, Array.ConvertAll(dimensions, size => (int)size), range[0], range[1]);
    }

    private ElementType ReadType(string name, JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return Types.TryGetValue(text, out ElementType type)
            ? type
            : throw Bad(
                $"tensor '{name}': expected dtype {string.Join(", ", Types.Keys)}, found {text}{NearestName.Hint(text, Types.Keys)}");
    }

    private long[] ReadNumbers(string name, string field, JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Array } array)
        {
            throw Bad($"tensor '{name}': expected {field} as a list of whole numbers, found {value?.ValueKind.ToString() ?? "nothing"}");
        }

        return
        [
            .. array.EnumerateArray().Select(item =>
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long number) && number >= 0
                    ? number
                    : throw Bad($"tensor '{name}': expected whole numbers from 0 in {field}, found {item.GetRawText()}")),
        ];
    }

    private void CheckSize(string name, ElementType type, long[] dimensions, long found)
    {
        // Int128 holds the product of any two checked factors; each step is refused before it can grow further.
        string what = $"tensor '{name}': {TypeName(type)} [{string.Join(", ", dimensions)}]";
        Int128 expected = type.Bytes();
        foreach (long dimension in dimensions)
        {
            expected = dimensions.Contains(0) ? 0 : expected * dimension;
            if (dimension > int.MaxValue || expected > Array.MaxLength)
            {
                throw Bad($"{what} is larger than {Array.MaxLength} bytes");
            }
        }

        if (expected != found)
        {
            throw Bad($"{what}: expected {expected} bytes, found {found} in data_offsets");
        }
    }

    private void CheckLayout(long available)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end)
            {
                string fault = entry.Begin < end ? "overlaps the tensor before it" : "leaves a gap after the tensor before it";
                throw Bad($"tensor '{entry.Name}' {fault}: expected to begin at {end}, found {entry.Begin}");
            }

            if (entry.End > available)
            {
                throw Bad($"tensor '{entry.Name}': the file is cut short: expected {entry.End} bytes after the header, found {available}");
            }

            end = entry.End;
        }

        if (end != available)
        {
            throw Bad($"the file is too long: expected {end} bytes after the header, found {available}");
        }
    }

    private BadInputException Bad(string problem) => new($"{file}: {problem}");
}
