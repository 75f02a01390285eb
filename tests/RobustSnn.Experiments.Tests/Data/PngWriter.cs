using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>Colour types of PNG (ISO/IEC 15948, table 11.1).</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Colour = 2,
    Palette = 3,
    GreyAlpha = 4,
    ColourAlpha = 6,
}

/// <summary>Writes PNG files of any colour type and depth, with chunks of a test's choice before the pixels.</summary>
internal static class PngWriter
{
    /// <param name="scanlines">Packed rows, each without its filter byte.</param>
    public static byte[] Write(
        int columns, int rows, int depth, PngColour colour, byte[] scanlines, params (string Name, byte[] Data)[] chunks)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR", Header(columns, rows, depth, colour));
        foreach (var (name, data) in chunks)
        {
            Chunk(file, name, data);
        }

        Chunk(file, "IDAT", Compress(scanlines, rows));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Samples of 16 bits, high byte first.</summary>
    public static byte[] Sixteen(params int[] samples) => [.. samples.SelectMany(sample => new[] { (byte)(sample >> 8), (byte)sample })];

    private static byte[] Header(int columns, int rows, int depth, PngColour colour)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        header[8] = (byte)depth;
        header[9] = (byte)colour;
        return header;
    }

    private static byte[] Compress(byte[] scanlines, int rows)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            foreach (var line in scanlines.Chunk(Math.Max(1, scanlines.Length / Math.Max(1, rows))))
            {
                zlib.WriteByte(0);
                zlib.Write(line);
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Checksum(body));
        file.Write(word);
    }

    /// <summary>CRC-32 as PNG defines it, bit by bit.</summary>
    private static uint Checksum(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var value in bytes)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) == 0 ? 0 : 0xEDB88320);
            }
        }

        return ~sum;
    }
}
