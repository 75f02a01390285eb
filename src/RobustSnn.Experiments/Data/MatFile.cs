using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>An array that a MATLAB file must have.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Dimensions">All of them; the first one runs fastest.</param>
internal readonly record struct MatArray(string Name, ImmutableArray<int> Dimensions)
{
    /// <summary>Elements.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, side) => checked(product * side));

    public override string ToString() => $"{Name} of {Text(Dimensions)}";

    internal static string Text(IEnumerable<int> dimensions) => string.Join(" × ", dimensions);
}

/// <summary>
/// Reads arrays of whole numbers 0 … 255, of any numeric type, from MATLAB 5 files (the "MAT-File Level 5" format), compressed or not, in
/// either byte order. Memory is taken for the arrays that are wanted, in the sizes that are wanted, and only once the file has said that
/// its arrays have them.
/// </summary>
internal static class MatFile
{
    private const int HeaderBytes = 128;
    private const int VersionOffset = 124;
    private const int OrderOffset = 126;
    private const int Version5 = 0x0100;
    private const int Version73 = 0x0200;

    private static ReadOnlySpan<byte> Hdf5Magic => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The elements of each wanted array, in the order of the file: the first dimension runs fastest.</summary>
    /// <exception cref="BadInputException">
    /// The file cannot be read, is of another format, damaged, has an array twice or not at all, or one of another size or with other values.
    /// </exception>
    public static ImmutableArray<byte[]> Read(string path, string expected, ImmutableArray<MatArray> wanted)
    {
        // Uncompressed numbers have up to eight bytes: SVHN's training images as doubles, 1.8 gigabytes.
        var numbers = wanted.Sum(array => array.Count) * sizeof(double);
        var content = UserFile.ReadAllBytes(path, expected, (int)Math.Min(Array.MaxLength, UserFile.UsualMaximumBytes + numbers));
        try
        {
            var found = ReadElements(content, wanted);
            return [.. wanted.Select(array => found.GetValueOrDefault(array.Name)
                ?? throw new InvalidDataException($"it has no variable {array.Name}"))];
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            // The content is in memory: what fails here is zlib.
            throw new BadInputException($"{path}: this MATLAB file cannot be used: {error.Message}. Expected {expected}.", error);
        }
    }

    private static Dictionary<string, byte[]> ReadElements(byte[] content, ImmutableArray<MatArray> wanted)
    {
        var bigEndian = IsBigEndian(content);
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var at = HeaderBytes;
        while (at < content.Length)
        {
            var tag = new MatElementReader(new MemoryStream(content, at, content.Length - at, writable: false), bigEndian).ReadTag();
            at += MatElementReader.TagBytes;
            if (tag.Bytes > content.Length - at)
            {
                throw new InvalidDataException($"it ends at byte {content.Length}, in an element of {tag.Bytes} bytes that begins at byte {at}");
            }

            var matrix = tag.Type switch
            {
                MatType.Compressed => ReadCompressed(Element(), bigEndian, wanted),
                MatType.Matrix => new MatMatrixReader(new(Element(), bigEndian)).Read(wanted),
                _ => throw new InvalidDataException($"at byte {at - MatElementReader.TagBytes} is an element of type {(int)tag.Type}, expected a variable"),
            };
            if (matrix is var (name, values) && !found.TryAdd(name, values))
            {
                throw new InvalidDataException($"it has two variables {name}");
            }

            at += (int)tag.Bytes;

            MemoryStream Element() => new(content, at, (int)tag.Bytes, writable: false);
        }

        return found;
    }

    private static (string Name, byte[] Values)? ReadCompressed(MemoryStream content, bool bigEndian, ImmutableArray<MatArray> wanted)
    {
        using var inflated = new ZLibStream(content, CompressionMode.Decompress);
        var reader = new MatElementReader(inflated, bigEndian);
        if (reader.ReadTag() is var tag && tag.Type != MatType.Matrix)
        {
            throw new InvalidDataException($"a compressed element is of type {(int)tag.Type}, expected a variable");
        }

        var matrix = new MatMatrixReader(reader).Read(wanted);

        // Only at the end of its stream does zlib compare the checksum.
        if (matrix is not null && inflated.ReadByte() >= 0)
        {
            throw new InvalidDataException($"bytes follow the variable {matrix.Value.Name} in its compressed element");
        }

        return matrix;
    }

    private static bool IsBigEndian(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Hdf5Magic))
        {
            throw Hdf5();
        }

        if (content.Length < HeaderBytes)
        {
            throw new InvalidDataException($"it has {content.Length} bytes, and the header of a MATLAB 5 file has {HeaderBytes}");
        }

        bool? bigEndian = Encoding.ASCII.GetString(content.Slice(OrderOffset, 2)) switch
        {
            "IM" => false,
            "MI" => true,
            _ => null,
        };
        var version = bigEndian == true
            ? BinaryPrimitives.ReadUInt16BigEndian(content[VersionOffset..])
            : BinaryPrimitives.ReadUInt16LittleEndian(content[VersionOffset..]);
        return (bigEndian, version) switch
        {
            ({ } order, Version5) => order,
            ({ }, Version73) => throw Hdf5(),
            _ => throw new InvalidDataException("its header is not that of a MATLAB 5 file"),
        };
    }

    private static InvalidDataException Hdf5() =>
        new("it is of MATLAB 7.3, which is HDF5 and is not read; save it in MATLAB with the option -v7");
}
