using System.Buffers.Binary;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// The frame header of a JPEG file (ITU-T T.81, B.2.2): size and kind. Read here and not by TurboJPEG, whose reader of headers refuses
/// chroma subsamplings that have no name there, such as 3×1, though its decoder takes them.
/// </summary>
internal static class JpegHeader
{
    private const int StartOfImage = 0xD8;
    private const int EndOfImage = 0xD9;
    private const int StartOfScan = 0xDA;

    /// <summary>Rows and columns of the picture.</summary>
    /// <exception cref="InvalidDataException">
    /// It ends before its frame header, or is of a kind that is not read: lossless, hierarchical, of other than 8 bits a sample, CMYK.
    /// </exception>
    public static (long Rows, long Columns) ReadSize(ReadOnlySpan<byte> content)
    {
        var at = 2;
        while (true)
        {
            // Any number of FF may come before a marker.
            while (at < content.Length && content[at] == 0xFF && at + 1 < content.Length && content[at + 1] == 0xFF)
            {
                at++;
            }

            if (at + 4 > content.Length)
            {
                throw new InvalidDataException("it ends before any image");
            }

            if (content[at] != 0xFF)
            {
                throw new InvalidDataException($"expected a marker at byte {at}, found {content[at]:X2}");
            }

            var marker = content[at + 1];
            at += 2;
            if (marker is 0x01 or (>= 0xD0 and <= StartOfImage))
            {
                continue;
            }

            if (marker is EndOfImage or StartOfScan)
            {
                throw new InvalidDataException("it has no frame header before its end or its first scan");
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(content[at..]);
            if (length < 2 || length > content.Length - at)
            {
                throw new InvalidDataException("it ends before any image");
            }

            if (IsFrame(marker))
            {
                return ReadFrame(marker, content.Slice(at + 2, length - 2));
            }

            at += length;
        }
    }

    /// <summary>C0 to CF but for tables of codes (C4), what is reserved (C8) and arithmetic conditioning (CC).</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static (long Rows, long Columns) ReadFrame(byte marker, ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 6)
        {
            throw new InvalidDataException("its frame header is cut off");
        }

        // Of each four kinds of frame the last is lossless; C5 to C7 and CD to CF are hierarchical.
        if (marker % 4 == 3)
        {
            throw new InvalidDataException("it is lossless JPEG, which is not read; save it as baseline or progressive");
        }

        if (marker is (>= 0xC5 and <= 0xC7) or (>= 0xCD and <= 0xCF))
        {
            throw new InvalidDataException("it is hierarchical JPEG, which is not read; save it as baseline or progressive");
        }

        if (frame[0] != 8)
        {
            throw new InvalidDataException($"it has {frame[0]} bits a sample, expected 8; save it with 8");
        }

        if (frame[5] is not (1 or 3))
        {
            throw new InvalidDataException(
                $"it has {frame[5]} components{(frame[5] == 4 ? " (CMYK)" : "")}, expected 1 (grey) or 3 (colour); save it as RGB");
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), BinaryPrimitives.ReadUInt16BigEndian(frame[3..]));
    }
}
