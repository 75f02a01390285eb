using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Machine;

/// <summary>The memory behind activations. An operation on values of the other storage is refused here.</summary>
internal static unsafe class ActivationMemory
{
    /// <exception cref="ArgumentException">The activation is bits.</exception>
    public static float* Floats(this Activation activation)
    {
        if (activation.Shape.IsBits)
        {
            throw new ArgumentException("the operation takes floats, this activation is bits: Unpack it first", nameof(activation));
        }

        return ((NativeBuffer)activation.Buffer).Pointer;
    }

    /// <exception cref="ArgumentException">The activation is floats.</exception>
    public static byte* Bits(this Activation activation)
    {
        if (!activation.Shape.IsBits)
        {
            throw new ArgumentException("bits are expected, this activation is floats", nameof(activation));
        }

        return ((NativeBuffer)activation.Buffer).Memory;
    }
}

/// <summary>Where the lanes of an operand lie, whatever its storage: all distances in bytes.</summary>
internal readonly unsafe struct LaneMemory
{
    private readonly byte* origin;
    private readonly long blockStride;
    private readonly long rowStride;

    private LaneMemory(byte* origin, long blockStride, long rowStride, nint columnStride, nint channelStride, LaneLayout lanes)
    {
        this.origin = origin;
        this.blockStride = blockStride;
        this.rowStride = rowStride;
        ColumnStride = columnStride;
        ChannelStride = channelStride;
        Lanes = lanes;
    }

    public nint ColumnStride { get; }

    public nint ChannelStride { get; }

    public LaneLayout Lanes { get; }

    /// <summary>Lane 0 of channel 0 at column 0; the row counts from 0 inside the border and may reach into it.</summary>
    public byte* Row(int block, int row) => origin + block * blockStride + row * rowStride;

    public static LaneMemory OfFloats(Activation activation)
    {
        var shape = activation.Shape;
        return new LaneMemory((byte*)(activation.Floats() + shape.Offset(0, 0, 0)), shape.BlockStride * sizeof(float),
            (long)shape.RowStride * sizeof(float), (nint)shape.PositionStride * sizeof(float), (nint)shape.Lanes.Width * sizeof(float), shape.Lanes);
    }

    public static LaneMemory OfBits(Activation activation)
    {
        var bits = activation.Shape.Bits;
        return new LaneMemory(activation.Bits() + bits.Offset(0, 0, 0), bits.BlockStride, bits.RowStride, bits.PositionBytes, bits.ChannelStride,
            bits.Lanes);
    }
}
