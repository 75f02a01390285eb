using System.Buffers.Binary;
using System.Text;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// The chunks of a PNG file (ISO/IEC 15948). Only those that say what the samples are go to the decoder: header, palette, transparency,
/// pixels, end. Colour spaces (gAMA, cHRM, sRGB, iCCP and others) are left out, so that samples come out as they are stored, whatever
/// they are tagged with, as tools that train networks read them; so are comments, which can unpack to gigabytes.
/// </summary>
internal static class PngChunks
{
    private const int SignatureLength = 8;

    // Length, name and checksum of a chunk.
    private const int Frame = 12;

    private static readonly string[] Ancillary = ["tRNS"];

    /// <summary>Rows and columns of the header, which must be the first chunk.</summary>
    /// <exception cref="InvalidDataException">It is not, or is cut off.</exception>
    public static (long Rows, long Columns) ReadSize(ReadOnlySpan<byte> content)
    {
        if (content.Length < SignatureLength + Frame + 13 || Name(content, SignatureLength) != "IHDR")
        {
            throw new InvalidDataException("it ends before its size, or does not begin with it");
        }

        return (BinaryPrimitives.ReadUInt32BigEndian(content[20..]), BinaryPrimitives.ReadUInt32BigEndian(content[16..]));
    }

    /// <summary>The file without the chunks that do not concern its samples.</summary>
    /// <exception cref="InvalidDataException">A chunk is longer than what is left, or the end is missing.</exception>
    public static byte[] OnlySamples(ReadOnlySpan<byte> content)
    {
        var kept = new byte[content.Length];
        content[..SignatureLength].CopyTo(kept);
        var (from, to) = (SignatureLength, SignatureLength);
        while (true)
        {
            if (content.Length - from < Frame)
            {
                throw new InvalidDataException("it ends before its last chunk");
            }

            var length = (long)BinaryPrimitives.ReadUInt32BigEndian(content[from..]) + Frame;
            if (length > content.Length - from)
            {
                throw new InvalidDataException($"its chunk at byte {from} is longer than the file");
            }

            var chunk = content.Slice(from, (int)length);
            var name = Name(content, from);

            // A capital letter first says that a decoder must understand the chunk: libpng judges those.
            if (char.IsAsciiLetterUpper(name[0]) || Ancillary.Contains(name))
            {
                chunk.CopyTo(kept.AsSpan(to));
                to += chunk.Length;
            }

            if (name == "IEND")
            {
                return kept[..to];
            }

            from += chunk.Length;
        }
    }

    private static string Name(ReadOnlySpan<byte> content, int chunk) => Encoding.Latin1.GetString(content.Slice(chunk + 4, 4));
}
