using System.Buffers.Binary;

namespace RobustSnn.Experiments.Tests.Monitoring;

/// <summary>An event file as TensorBoard's formats describe it: every length and every content is held against its checksum.</summary>
internal static class EventReader
{
    public static IReadOnlyList<WireFields> Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        var events = new List<WireFields>();
        while (!rest.IsEmpty)
        {
            var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(rest));
            Require(rest[..8], rest[8..12]);
            Require(rest.Slice(12, length), rest.Slice(12 + length, 4));
            events.Add(new WireFields(rest.Slice(12, length)));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    /// <summary>The files of a folder in the order in which TensorBoard reads them.</summary>
    public static IReadOnlyList<string> Files(string folder) => [.. Directory.GetFiles(folder, "events.out.tfevents.*").Order(StringComparer.Ordinal)];

    /// <summary>Every value of a file: its step, its name and itself.</summary>
    public static IEnumerable<(long Step, string Tag, WireFields Value)> Values(string path) =>
        from each in Read(path)
        where each.Has(5)
        from value in each.Message(5).Messages(1)
        select (each.Whole(2), value.Text(1), value);

    private static void Require(ReadOnlySpan<byte> content, ReadOnlySpan<byte> checksum) =>
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(checksum), Is.EqualTo(Masked(Castagnoli(content))));

    /// <summary>CRC-32C bit by bit: polynomial 0x1EDC6F41, reflected.</summary>
    private static uint Castagnoli(ReadOnlySpan<byte> content)
    {
        var checksum = ~0u;
        foreach (var value in content)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                checksum = (checksum & 1) != 0 ? (checksum >> 1) ^ 0x82F63B78 : checksum >> 1;
            }
        }

        return ~checksum;
    }

    private static uint Masked(uint checksum) => unchecked(((checksum >> 15) | (checksum << 17)) + 0xa282ead8);
}
