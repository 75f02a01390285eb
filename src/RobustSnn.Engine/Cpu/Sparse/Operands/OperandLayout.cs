using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>Where a sparse kernel finds what it reads, in bytes.</summary>
/// <param name="IsBits">Whether values are bits.</param>
/// <param name="PositionLanes">Lanes that a position's storage has room for.</param>
/// <param name="Lanes">Lanes that stand for something.</param>
/// <param name="Origin">Of channel 0 at row 0, column 0 of block 0.</param>
/// <param name="OctetStride">From eight timesteps of one image to the next eight, where there are more.</param>
internal readonly record struct OperandLayout(
    bool IsBits, int PositionLanes, int Lanes, int ChannelStride, int ColumnStride, int RowStride, long BlockStride, long Origin,
    long OctetStride = 0)
{
    /// <summary>Lanes for which <see cref="ByColumns"/> has room in a position of few.</summary>
    public const int FewLanes = LaneLayout.FewLanes;

    /// <summary>Where a pass finds what it reads.</summary>
    /// <param name="shape">What it reads: the means, where it takes means.</param>
    /// <param name="reading">Any but those that are made from bits.</param>
    public static OperandLayout Of(ActivationShape shape, Reading reading) => reading switch
    {
        Reading.AsItLies => Of(shape),
        Reading.ByColumns or Reading.MeansByColumns => ByColumns(shape, isDense: false),
        Reading.SideBySide => ByColumns(shape, isDense: true),
        Reading.ByOctets or Reading.MeansByOctets => ByOctets(shape),
        _ => throw new ArgumentOutOfRangeException(nameof(reading), reading, "is made from bits"),
    };

    /// <summary>An activation as it lies.</summary>
    public static OperandLayout Of(ActivationShape shape)
    {
        if (shape.IsBits)
        {
            var bits = shape.Bits;
            return new OperandLayout(true, 8 * bits.PositionBytes, shape.Lanes.Lanes, bits.ChannelStride, bits.PositionBytes, bits.RowStride,
                bits.BlockStride, bits.Offset(0, 0, 0), sizeof(byte));
        }

        return checked(new OperandLayout(false, shape.Lanes.Width, shape.Lanes.Lanes, sizeof(float) * shape.Lanes.Width,
            sizeof(float) * shape.PositionStride, sizeof(float) * shape.RowStride, sizeof(float) * shape.BlockStride,
            sizeof(float) * shape.Offset(0, 0, 0)));
    }

    /// <summary>
    /// Floats laid out like bits, [block][row][channel][column][lane], so that a tile's vectors lie side by side; of at most 8 lanes (one
    /// image's timesteps), two columns fill a vector that would be half empty, and of one lane sixteen.
    /// </summary>
    /// <param name="shape">What is laid out.</param>
    /// <param name="isDense">Whether one lane is to have no room for others; who writes floats needs it.</param>
    public static OperandLayout ByColumns(ActivationShape shape, bool isDense)
    {
        var lanes = isDense && shape.Lanes.Lanes == 1 ? 1 : shape.Lanes.Lanes <= FewLanes ? FewLanes : shape.Lanes.Width;
        checked
        {
            var column = lanes * sizeof(float);
            var channel = (shape.Columns + 2 * shape.Border) * column;
            var row = shape.Channels * channel;
            return new OperandLayout(false, lanes, shape.Lanes.Lanes, channel, column, row, (long)(shape.Rows + 2 * shape.Border) * row,
                (long)shape.Border * row + shape.Border * column);
        }
    }

    /// <summary>
    /// The same of one image, eight timesteps after the other: [block][octet][row][channel][column][8 timesteps]. Each octet lies as an image
    /// of 8 timesteps does.
    /// </summary>
    public static OperandLayout ByOctets(ActivationShape shape)
    {
        var octets = Octets(shape.Lanes);
        var one = ByColumns(shape with { Lanes = shape.Lanes with { Steps = Math.Min(shape.Lanes.Steps, FewLanes) } }, isDense: false);
        return one with { BlockStride = checked(octets * one.BlockStride), OctetStride = one.BlockStride };
    }

    /// <summary>Octets of an image's timesteps.</summary>
    public static int Octets(LaneLayout lanes) => (lanes.Steps + FewLanes - 1) / FewLanes;

    /// <summary>Byte offset of lane 0 of channel 0 at a position.</summary>
    public long Offset(int block, int row, int column) => Origin + block * BlockStride + (long)row * RowStride + (long)column * ColumnStride;
}

/// <summary>What a sparse kernel reads.</summary>
/// <param name="isStatic">Whether it is the same at every timestep.</param>
internal readonly unsafe struct Operand(OperandLayout layout, byte* data, bool isStatic)
{
    public readonly OperandLayout Layout = layout;
    public readonly byte* Data = data;
    public readonly bool IsStatic = isStatic;

    public static Operand Of(Activation activation) => new(OperandLayout.Of(activation.Shape),
        ((NativeBuffer)activation.Buffer).Memory, activation.Shape.Lanes.Steps == 1);
}
