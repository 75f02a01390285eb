using System.Buffers.Binary;
using System.Text.Json;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Files;

/// <summary>
/// The safetensors format: 8 bytes with the header's length, a JSON header of names, types, shapes and byte ranges, then the
/// elements without gaps.
/// </summary>
public static class Safetensors
{
    private const string MetadataKey = "__metadata__";

    // The elements start at a multiple of 8 bytes, so that a reader may map the file.
    private const int Alignment = 8;

    /// <summary>Reads every tensor, in the header's order, and the metadata.</summary>
    /// <exception cref="BadInputException">The file is missing or breaks the format in any way; the message says where.</exception>
    public static TensorFile Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        SafetensorsHeader header = SafetensorsHeader.Read(path, stream);
        var tensors = new HostTensor[header.Entries.Count];
        foreach (SafetensorsEntry entry in header.Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            var bytes = new byte[entry.End - entry.Begin];
            stream.Position = header.DataStart + entry.Begin;
            stream.ReadExactly(bytes);
            if (entry.Type == ElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                throw new BadInputException($"{path}: tensor '{entry.Name}': expected BOOL bytes 0 or 1, found another value");
            }

            tensors[entry.Index] = new HostTensor(entry.Name, entry.Type, entry.Dimensions, bytes);
        }

        return new TensorFile(path, tensors, header.Metadata);
    }

    /// <summary>
    /// Writes the tensors in the given order, atomically. The same input gives the same bytes: metadata is sorted by key.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name is the format's own.</exception>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<HostTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        byte[] header = Header(tensors, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (HostTensor tensor in tensors)
            {
                stream.Write(tensor.Bytes.Span);
            }
        });
    }

    private static byte[] Header(IReadOnlyList<HostTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
            long offset = 0;
            foreach (HostTensor tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"tensor name '{tensor.Name}' is given twice or belongs to the format", nameof(tensors));
                }

                WriteEntry(json, tensor, offset);
                offset += tensor.Bytes.Length;
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, HostTensor tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsHeader.TypeName(tensor.ElementType));
        json.WriteStartArray("shape");
        foreach (int dimension in tensor.Dimensions)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Bytes.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
