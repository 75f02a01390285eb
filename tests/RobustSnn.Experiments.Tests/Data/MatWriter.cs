using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RobustSnn.Experiments.Data;

namespace RobustSnn.Experiments.Tests.Data;

/// <summary>Writes MATLAB 5 files for these tests, in either byte order.</summary>
internal sealed class MatWriter(bool isBigEndian = false)
{
    private const uint ClassOfDouble = 6;
    private const uint ClassOfUInt8 = 9;

    private readonly MemoryStream content = new();

    /// <summary>The whole file.</summary>
    public byte[] File(int version = 0x0100) =>
        [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made for a test".PadRight(124)), .. Word16((ushort)version),
            .. Encoding.ASCII.GetBytes(isBigEndian ? "MI" : "IM"), .. content.ToArray()];

    /// <summary>Adds a variable, whose numbers are stored as a type.</summary>
    public MatWriter Add(string name, int[] dimensions, double[] values, MatType stored, bool isCompressed = false, uint? flags = null, bool isSmall = false)
    {
        var kind = flags ?? (stored == MatType.UInt8 && values.Length > 100 ? ClassOfUInt8 : ClassOfDouble);
        byte[] body =
        [
            .. Element(MatType.UInt32, [.. Word32(kind), .. Word32(0)]),
            .. Element(MatType.Int32, [.. dimensions.SelectMany(side => Word32((uint)side))]),
            .. Element(MatType.Int8, Encoding.ASCII.GetBytes(name)),
            .. isSmall ? Small(stored, [.. values.SelectMany(value => Number(value, stored))]) : Element(stored, [.. values.SelectMany(value => Number(value, stored))]),
        ];
        byte[] matrix = [.. Word32((uint)MatType.Matrix), .. Word32((uint)body.Length), .. body];
        content.Write(isCompressed ? Compressed(matrix) : matrix);
        return this;
    }

    /// <summary>Adds bytes as they are.</summary>
    public MatWriter Add(params byte[] bytes)
    {
        content.Write(bytes);
        return this;
    }

    public byte[] Word32(uint value)
    {
        var bytes = BitConverter.GetBytes(value);
        return isBigEndian ? [.. bytes.Reverse()] : bytes;
    }

    private byte[] Compressed(byte[] matrix)
    {
        var bytes = new MemoryStream();
        using (var zipped = new ZLibStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            zipped.Write(matrix);
        }

        return [.. Word32((uint)MatType.Compressed), .. Word32((uint)bytes.Length), .. bytes.ToArray()];
    }

    private byte[] Element(MatType type, byte[] bytes) =>
        [.. Word32((uint)type), .. Word32((uint)bytes.Length), .. bytes, .. new byte[(8 - (bytes.Length % 8)) % 8]];

    private byte[] Small(MatType type, byte[] bytes) => [.. Word32(((uint)bytes.Length << 16) | (uint)type), .. bytes, .. new byte[4 - bytes.Length]];

    private byte[] Word16(ushort value)
    {
        var bytes = BitConverter.GetBytes(value);
        return isBigEndian ? [.. bytes.Reverse()] : bytes;
    }

    private byte[] Number(double value, MatType type)
    {
        var bytes = new byte[8];
        var length = 8;
        switch (type)
        {
            case MatType.Int8: (bytes[0], length) = ((byte)(sbyte)value, 1); break;
            case MatType.UInt8: (bytes[0], length) = ((byte)value, 1); break;
            case MatType.Int16: BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)value); length = 2; break;
            case MatType.UInt16: BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value); length = 2; break;
            case MatType.Int32: BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value); length = 4; break;
            case MatType.UInt32: BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value); length = 4; break;
            case MatType.Single: BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value); length = 4; break;
            case MatType.Int64: BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value); break;
            case MatType.UInt64: BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)value); break;
            default: BinaryPrimitives.WriteDoubleLittleEndian(bytes, value); break;
        }

        return isBigEndian ? [.. bytes.Take(length).Reverse()] : bytes[..length];
    }
}
