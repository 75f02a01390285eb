using System.Numerics;
using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Checked;

/// <summary>
/// Looks for what is not zero where an activation is to hold nothing else: in its border, and in lanes that stand for no sample in use. Only
/// what is looked at comes to the host, into memory that each thread keeps.
/// </summary>
internal readonly ref struct Zeros(ActivationShape shape, DeviceBuffer buffer, int samples)
{
    private const int BitsOfByte = 8;

    [ThreadStatic]
    private static byte[]? host;

    private readonly int lastBlock = shape.Lanes.BlocksOf(samples) - 1;

    /// <summary>The first place of the border that is not zero, for people; null where there is none.</summary>
    public string? WrongBorder()
    {
        for (var block = 0; block <= lastBlock && shape.Border > 0; block++)
        {
            if ((shape.IsBits ? BorderOfBits(block) : BorderOfFloats(block)) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    /// <summary>The first spare lane that is not zero, for people; null where there is none.</summary>
    /// <param name="isNaNWrong">
    /// Whether NaN is, where the same place of all samples in use is a finite number: a weight that is none makes NaN of 0 and of all samples.
    /// </param>
    public string? WrongLane(bool isNaNWrong)
    {
        for (var block = 0; block <= lastBlock; block++)
        {
            if (shape.Lanes.Lanes == Room && shape.Lanes.SamplesOf(block, samples) == shape.Lanes.BlockSamples)
            {
                continue;
            }

            if ((shape.IsBits ? LanesOfBits(block) : LanesOfFloats(block, isNaNWrong)) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    /// <summary>Whether floats are finite numbers in every lane of the blocks in use.</summary>
    public bool AreAllFinite()
    {
        for (var block = 0; block <= lastBlock; block++)
            for (var row = 0; row < shape.Rows; row++)
            {
                foreach (var number in Floats(shape.Offset(block, row, 0), shape.RowLength))
                {
                    if (!float.IsFinite(number))
                    {
                        return false;
                    }
                }
            }

        return true;
    }

    /// <summary>Lanes that a position has room for.</summary>
    private int Room => shape.IsBits ? shape.Bits.PositionBytes * BitsOfByte : shape.Lanes.Width;

    private string? BorderOfFloats(int block)
    {
        // Whole rows above the map, what lies between the ends of its rows, and whole rows below.
        var first = shape.Offset(block, -shape.Border, -shape.Border);
        for (var row = 0; row <= shape.Rows; row++)
        {
            var end = row < shape.Rows ? shape.Offset(block, row, 0) : (block + 1) * shape.BlockStride;
            if (Floats(first, checked((int)(end - first))).IndexOfAnyExcept(0f) is var at and >= 0)
            {
                var place = first + at - block * shape.BlockStride;
                var (position, inPosition) = Math.DivRem(place, shape.PositionStride);
                return InBorder(block, position / (shape.Columns + 2 * shape.Border), position % (shape.Columns + 2 * shape.Border),
                    inPosition / shape.Lanes.Width);
            }

            first = row < shape.Rows ? shape.Offset(block, row, shape.Columns) : 0;
        }

        return null;
    }

    private string? BorderOfBits(int block)
    {
        // The same, but that channels have rows of their own.
        var bits = shape.Bits;
        var bytes = Bytes(block);
        var first = 0;
        var lines = shape.Rows * shape.Channels;
        for (var line = 0; line <= lines; line++)
        {
            var inside = (int)bits.Offset(0, line / shape.Channels, 0) + line % shape.Channels * bits.ChannelStride;
            var end = line < lines ? inside : (shape.Rows + 2 * shape.Border) * bits.RowStride;
            if (bytes[first..end].IndexOfAnyExcept((byte)0) is var at and >= 0)
            {
                var (row, inRow) = Math.DivRem(first + at, bits.RowStride);
                return InBorder(block, row, inRow % bits.ChannelStride / bits.PositionBytes, inRow / bits.ChannelStride);
            }

            first = inside + shape.Columns * bits.PositionBytes;
        }

        return null;
    }

    private string InBorder(int block, long row, long column, long channel) =>
        $"block {block}, channel {channel}, row {row - shape.Border}, column {column - shape.Border}";

    private string? LanesOfFloats(int block, bool isNaNWrong)
    {
        var width = shape.Lanes.Width;
        var used = shape.Lanes.SamplesOf(block, samples);
        var isSpare = new uint[width];
        for (var lane = 0; lane < width; lane++)
        {
            isSpare[lane] = IsSpare(lane, used) ? uint.MaxValue : 0;
        }

        for (var row = 0; row < shape.Rows; row++)
        {
            var floats = Floats(shape.Offset(block, row, 0), shape.RowLength);
            for (var place = 0; place < floats.Length; place += width)
            {
                var lanes = floats.Slice(place, width);
                if (AreZero(lanes, isSpare))
                {
                    continue;
                }

                for (var lane = 0; lane < width; lane++)
                {
                    if (isSpare[lane] != 0 && lanes[lane] != 0 && !(float.IsNaN(lanes[lane]) && (!isNaNWrong || IsAnyNoNumber(lanes, used))))
                    {
                        return OfLane(block, lane, place / shape.PositionStride, place % shape.PositionStride / width, row);
                    }
                }
            }
        }

        return null;
    }

    private static bool AreZero(ReadOnlySpan<float> lanes, uint[] mask)
    {
        var words = MemoryMarshal.Cast<float, uint>(lanes);
        var place = 0;
        for (; place <= words.Length - Vector<uint>.Count; place += Vector<uint>.Count)
        {
            if ((new Vector<uint>(words[place..]) & new Vector<uint>(mask, place)) != Vector<uint>.Zero)
            {
                return false;
            }
        }

        for (; place < words.Length; place++)
        {
            if ((words[place] & mask[place]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAnyNoNumber(ReadOnlySpan<float> lanes, int used)
    {
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            if (!IsSpare(lane, used) && !float.IsFinite(lanes[lane]))
            {
                return true;
            }
        }

        return false;
    }

    private string? LanesOfBits(int block)
    {
        var bits = shape.Bits;
        var used = shape.Lanes.SamplesOf(block, samples);
        var isSpare = new byte[bits.PositionBytes];
        for (var lane = 0; lane < Room; lane++)
        {
            isSpare[lane / BitsOfByte] |= (byte)(IsSpare(lane, used) ? 1 << (lane % BitsOfByte) : 0);
        }

        var bytes = Bytes(block);
        for (var row = 0; row < shape.Rows; row++)
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                var first = (int)bits.Offset(0, row, 0) + channel * bits.ChannelStride;
                for (var place = 0; place < shape.Columns * bits.PositionBytes; place++)
                {
                    var wrong = bytes[first + place] & isSpare[place % bits.PositionBytes];
                    if (wrong != 0)
                    {
                        return OfLane(block, place % bits.PositionBytes * BitsOfByte + BitOperations.TrailingZeroCount(wrong), place / bits.PositionBytes,
                            channel, row);
                    }
                }
            }

        return null;
    }

    private bool IsSpare(int lane, int used) => lane >= shape.Lanes.Lanes || lane % shape.Lanes.BlockSamples >= used;

    private static string OfLane(int block, int lane, int column, int channel, int row) =>
        $"lane {lane} of block {block}, which stands for no sample in use, is not 0 at channel {channel}, row {row}, column {column}";

    private ReadOnlySpan<float> Floats(long first, int count)
    {
        var floats = MemoryMarshal.Cast<byte, float>(Host(checked(count * sizeof(float))));
        buffer.Download(floats, first);
        return floats;
    }

    private ReadOnlySpan<byte> Bytes(int block)
    {
        var bytes = Host(checked((int)shape.Bits.BlockStride));
        buffer.DownloadAs(MemoryMarshal.Cast<byte, uint>(bytes), block * shape.Bits.BlockStride / sizeof(uint));
        return bytes;
    }

    private static Span<byte> Host(int bytes)
    {
        if (host is null || host.Length < bytes)
        {
            host = new byte[bytes];
        }

        return host.AsSpan(0, bytes);
    }
}
