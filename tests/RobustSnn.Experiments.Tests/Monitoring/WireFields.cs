using System.Buffers.Binary;
using System.Text;

namespace RobustSnn.Experiments.Tests.Monitoring;

/// <summary>
/// A protobuf message as its wire format has it, field by field, read without any library: keys are number × 8 + type, numbers come in
/// groups of 7 bits, the lowest first.
/// </summary>
internal sealed class WireFields
{
    private readonly List<(int Number, object Value)> fields = [];

    public WireFields(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var key = Varint(ref content);
            object value = (key & 7) switch
            {
                0 => Varint(ref content),
                1 => BinaryPrimitives.ReadDoubleLittleEndian(Take(ref content, 8)),
                2 => Take(ref content, checked((int)Varint(ref content))).ToArray(),
                5 => BinaryPrimitives.ReadSingleLittleEndian(Take(ref content, 4)),
                var type => throw new InvalidDataException($"no wire type {type}"),
            };
            fields.Add(((int)(key >> 3), value));
        }
    }

    public bool Has(int number) => fields.Any(field => field.Number == number);

    public long Whole(int number) => fields.Where(field => field.Number == number).Select(field => (long)(ulong)field.Value).SingleOrDefault();

    public double Double(int number) => fields.Where(field => field.Number == number).Select(field => (double)field.Value).SingleOrDefault();

    public float Float(int number) => fields.Where(field => field.Number == number).Select(field => (float)field.Value).Single();

    public byte[] Bytes(int number) => fields.Where(field => field.Number == number).Select(field => (byte[])field.Value).Single();

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    public WireFields Message(int number) => new(Bytes(number));

    public IEnumerable<WireFields> Messages(int number) =>
        fields.Where(field => field.Number == number).Select(field => new WireFields((byte[])field.Value));

    /// <summary>Doubles that lie one after the other, or each in a field of its own: whoever writes may choose.</summary>
    public double[] Packed(int number) => [.. fields.Where(field => field.Number == number).SelectMany(field => field.Value is double value
        ? [value]
        : ((byte[])field.Value).Chunk(8).Select(bytes => BinaryPrimitives.ReadDoubleLittleEndian(bytes)))];

    private static ulong Varint(ref ReadOnlySpan<byte> content)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref content, 1)[0];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> content, int length)
    {
        var taken = content[..length];
        content = content[length..];
        return taken;
    }
}
