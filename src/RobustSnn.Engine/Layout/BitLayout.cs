namespace RobustSnn.Engine.Layout;

/// <summary>How an activation's values are stored.</summary>
public enum Storage
{
    /// <summary>A float a lane.</summary>
    Floats,

    /// <summary>A bit a lane: spikes.</summary>
    Bits,
}

/// <summary>Where one value of an activation is.</summary>
internal readonly record struct Site(int Step, int Sample, int Channel, int Row, int Column);

/// <summary>
/// The layout of spikes that are bits: [lane block][row][channel][column][lane], framed like floats. A channel's positions of a row lie side
/// by side, so that a convolution's tile of neighbouring columns is one stretch of bytes, and so that few lanes (one image: its timesteps)
/// share a word with the next columns.
/// </summary>
/// <remarks>Little-endian: lane l of a position is bit l mod 8 of its byte l / 8. Words may be read across a row's end: the buffer has room behind.</remarks>
public readonly record struct BitLayout(int Channels, int Rows, int Columns, int Border, LaneLayout Lanes)
{
    /// <summary>Bytes that may be read behind the last position.</summary>
    public const int Slack = 64;

    private const int WordLanes = 32;

    /// <summary>Bytes of one position of a channel: 1 for up to 8 lanes, 2 for up to 16, else whole 32-bit words.</summary>
    public int PositionBytes => Lanes.Lanes switch
    {
        <= 8 => 1,
        <= 16 => 2,
        _ => (Lanes.Lanes + WordLanes - 1) / WordLanes * sizeof(uint),
    };

    /// <summary>Bytes from one channel to the next.</summary>
    public int ChannelStride => checked((Columns + 2 * Border) * PositionBytes);

    /// <summary>Bytes from one row to the next, border included.</summary>
    public int RowStride => checked(Channels * ChannelStride);

    /// <summary>Bytes from one lane block to the next: whole words.</summary>
    public long BlockStride => ((long)(Rows + 2 * Border) * RowStride + sizeof(uint) - 1) / sizeof(uint) * sizeof(uint);

    /// <summary>Bytes in all.</summary>
    public long Bytes => checked(Lanes.Blocks * BlockStride + Slack);

    /// <summary>Index of the first byte of channel 0 at a position; row and column count from 0 inside the border and may reach into it.</summary>
    public long Offset(int block, int row, int column) =>
        block * BlockStride + (long)(row + Border) * RowStride + (column + Border) * PositionBytes;

    /// <summary>Index of the byte that holds a value.</summary>
    internal long Byte(Site site)
    {
        var (block, inBlock) = Math.DivRem(site.Sample, Lanes.BlockSamples);
        return Offset(block, site.Row, site.Column) + (long)site.Channel * ChannelStride + (site.Step * Lanes.BlockSamples + inBlock) / 8;
    }

    /// <summary>Which bit of its byte a value is.</summary>
    internal int Bit(Site site) => (site.Step * Lanes.BlockSamples + site.Sample % Lanes.BlockSamples) % 8;
}
