using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Operands;

/// <summary>
/// The spikes of a small map, unfolded: for every (channel, tap) one 32-bit word, a byte for each position of the target, that holds what the
/// position sees through the tap. A connection then is two additions of whole vectors, where the rows of the map would fill each a part of one.
/// </summary>
internal sealed class Unfolding
{
    private const int PieceChannels = 128;

    private readonly GatherClass gather;

    /// <param name="gather">Which targets read which sources.</param>
    /// <param name="sources">Source channels.</param>
    public Unfolding(GatherClass gather, int sources)
    {
        this.gather = gather;
        var taps = gather.Taps.Length;
        Class = new GatherClass(0, 0, 1, 1, 1, 1, 1, gather.Rows * gather.Columns,
            [.. gather.Taps.Select((tap, i) => new Tap(tap.Kernel, i, 0))]);
        var channel = taps * sizeof(uint);
        Layout = new OperandLayout(true, OperandLayout.FewLanes, OperandLayout.FewLanes, channel, 1, sizeof(uint), (long)sources * channel, 0);
    }

    /// <summary>The layer on what is unfolded: a map of one row.</summary>
    public GatherClass Class { get; }

    /// <summary>Of the words, a tap being a row.</summary>
    public OperandLayout Layout { get; }

    /// <summary>Unfolds spikes; a piece is a stretch of channels of a block.</summary>
    /// <param name="offsets">Byte offset of each (channel, tap) in the source.</param>
    /// <param name="target">Laid out as <see cref="Layout"/> says.</param>
    /// <param name="blocks">How many.</param>
    public readonly unsafe struct Job(Unfolding unfolding, Activation source, int* offsets, byte* target, int blocks) : IJob
    {
        private readonly GatherClass gather = unfolding.gather;
        private readonly OperandLayout layout = OperandLayout.Of(source.Shape);
        private readonly byte* data = source.Bits();
        private readonly int stretches = (source.Shape.Channels + PieceChannels - 1) / PieceChannels;

        public int Pieces => blocks * stretches;

        public void Execute(int piece)
        {
            var taps = gather.Taps.Length;
            var (rows, columns, columnStep) = (gather.Rows, gather.Columns, gather.SourceColumnStep);
            var rowStride = gather.SourceRowStep * layout.RowStride;
            var used = uint.MaxValue >> (LaneBits.InByte * (Routes.MostUnfolded - columns));
            var (block, stretch) = Math.DivRem(piece, stretches);
            var from = data + layout.Offset(block, 0, 0);
            var words = (uint*)(target + block * unfolding.Layout.BlockStride);
            var end = Math.Min(source.Shape.Channels, (stretch + 1) * PieceChannels) * taps;
            for (var i = stretch * PieceChannels * taps; i < end; i++)
            {
                var word = 0u;
                var at = from + offsets[i];
                for (var shift = 0; shift < rows * columns * LaneBits.InByte; shift += columns * LaneBits.InByte, at += rowStride)
                {
                    word |= (columnStep == 1 ? *(uint*)at & used : Gather(at, columns, columnStep)) << shift;
                }

                words[i] = word;
            }
        }

        private static uint Gather(byte* at, int columns, int step)
        {
            var word = 0u;
            for (var column = 0; column < columns; column++)
            {
                word |= (uint)at[column * step] << (column * LaneBits.InByte);
            }

            return word;
        }
    }
}
