using System.Buffers.Binary;

namespace RobustSnn.Experiments.Data;

/// <summary>Types of elements, by their numbers in the file.</summary>
internal enum MatType
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Single = 7,
    Double = 9,
    Int64 = 12,
    UInt64 = 13,
    Matrix = 14,
    Compressed = 15,
}

/// <summary>What stands before an element's bytes.</summary>
/// <param name="IsSmall">At most 4 bytes, which are a part of the tag.</param>
internal readonly record struct MatTag(MatType Type, uint Bytes, bool IsSmall);

/// <summary>Elements of a MATLAB 5 file one after the other: tags, and the bytes behind them up to the next multiple of eight.</summary>
/// <param name="stream">At a tag.</param>
/// <param name="isBigEndian">The byte order of every number.</param>
internal sealed class MatElementReader(Stream stream, bool isBigEndian)
{
    public const int TagBytes = 8;

    private const int SmallBytes = 4;
    private const int ChunkElements = 8192;

    /// <summary>Reads a tag; of a small element, its first four bytes only.</summary>
    /// <exception cref="InvalidDataException">The file ends, or a small element has more than four bytes.</exception>
    public MatTag ReadTag()
    {
        var word = ReadUInt32();

        // A small element has its length in the upper half of the word that otherwise is a type.
        var (bytes, isSmall) = word >> 16 is var length && length > 0 ? (length, true) : (ReadUInt32(), false);
        return isSmall && bytes > SmallBytes
            ? throw new InvalidDataException($"a small element has {bytes} bytes, expected at most {SmallBytes}")
            : new MatTag((MatType)(word & 0xFFFF), bytes, isSmall);
    }

    /// <summary>Reads a whole element of a type, of a number of bytes in a range.</summary>
    /// <exception cref="InvalidDataException">It is another element, or the file ends.</exception>
    public byte[] Read(MatType type, int least, int most, string what)
    {
        var tag = ReadTag();
        if (tag.Type != type || tag.Bytes < least || tag.Bytes > most)
        {
            throw new InvalidDataException(
                $"{what} is an element of type {(int)tag.Type} and {tag.Bytes} bytes, expected type {(int)type} and {least} to {most} bytes");
        }

        var bytes = new byte[tag.Bytes];
        Fill(bytes);
        SkipPadding(tag);
        return bytes;
    }

    /// <summary>Reads an element of numbers, each of which must be whole and from 0 to 255.</summary>
    /// <param name="name">Of the variable, for messages.</param>
    /// <param name="values">As many as the element must have.</param>
    /// <exception cref="InvalidDataException">It has another number of them, others, is of no numeric type, or the file ends.</exception>
    public void ReadBytes(string name, Span<byte> values)
    {
        var tag = ReadTag();
        var size = Size(tag.Type) ?? throw new InvalidDataException($"{name} is stored as type {(int)tag.Type}, expected numbers");
        if (tag.Bytes != (long)values.Length * size)
        {
            throw new InvalidDataException($"{name} has {tag.Bytes} bytes, expected {values.Length} numbers of {size}");
        }

        if (tag.Type == MatType.UInt8)
        {
            Fill(values);
        }
        else
        {
            ReadNumbers(name, tag.Type, size, values);
        }

        SkipPadding(tag);
    }

    /// <summary>As the file's byte order has it.</summary>
    public uint UInt32(ReadOnlySpan<byte> bytes) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private void ReadNumbers(string name, MatType type, int size, Span<byte> values)
    {
        var chunk = new byte[ChunkElements * size];
        for (var done = 0; done < values.Length; done += ChunkElements)
        {
            var count = Math.Min(ChunkElements, values.Length - done);
            Fill(chunk.AsSpan(0, count * size));
            for (var i = 0; i < count; i++)
            {
                var number = Number(type, chunk.AsSpan(i * size, size));
                values[done + i] = number is >= 0 and <= 255 && number == Math.Floor(number)
                    ? (byte)number
                    : throw new InvalidDataException(
                        FormattableString.Invariant($"element {done + i} of {name} is {number}, expected a whole number from 0 to 255"));
            }
        }
    }

    private static int? Size(MatType type) => type switch
    {
        MatType.Int8 or MatType.UInt8 => 1,
        MatType.Int16 or MatType.UInt16 => 2,
        MatType.Int32 or MatType.UInt32 or MatType.Single => 4,
        MatType.Double or MatType.Int64 or MatType.UInt64 => 8,
        _ => null,
    };

    private double Number(MatType type, ReadOnlySpan<byte> bytes) => type switch
    {
        MatType.Int8 => (sbyte)bytes[0],
        MatType.Int16 => isBigEndian ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
        MatType.UInt16 => isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        MatType.Int32 => (int)UInt32(bytes),
        MatType.UInt32 => UInt32(bytes),
        MatType.Single => BitConverter.UInt32BitsToSingle(UInt32(bytes)),
        MatType.Double => BitConverter.UInt64BitsToDouble(UInt64(bytes)),
        MatType.Int64 => (long)UInt64(bytes),
        _ => UInt64(bytes),
    };

    private ulong UInt64(ReadOnlySpan<byte> bytes) =>
        isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private uint ReadUInt32()
    {
        Span<byte> word = stackalloc byte[4];
        Fill(word);
        return UInt32(word);
    }

    private void Fill(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException("it ends in the middle of a variable");
        }
    }

    private void SkipPadding(MatTag tag)
    {
        var missing = tag.IsSmall ? SmallBytes - tag.Bytes : (TagBytes - (tag.Bytes % TagBytes)) % TagBytes;
        Span<byte> padding = stackalloc byte[TagBytes];
        Fill(padding[..(int)missing]);
    }
}
