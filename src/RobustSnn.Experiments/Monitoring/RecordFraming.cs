using System.Buffers.Binary;
using System.Numerics;

namespace RobustSnn.Experiments.Monitoring;

/// <summary>
/// The framing of TFRecord files: length in 8 bytes, its checksum in 4, the content, its checksum in 4, all of them little-endian. A checksum
/// is CRC-32C, rotated and shifted by a constant, so that the checksum of what has checksums in it is another.
/// </summary>
internal static class RecordFraming
{
    private const uint Mask = 0xa282ead8;

    public static void Write(Stream stream, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Masked(Checksum(head[..8])));
        stream.Write(head);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32LittleEndian(head, Masked(Checksum(content)));
        stream.Write(head[..4]);
    }

    private static uint Masked(uint checksum) => unchecked(BitOperations.RotateRight(checksum, 15) + Mask);

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var checksum = uint.MaxValue;
        while (content.Length >= sizeof(ulong))
        {
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(content));
            content = content[sizeof(ulong)..];
        }

        foreach (var value in content)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return ~checksum;
    }
}
