using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>Spikes of windows: of each, whether any of its neurons fires.</summary>
internal sealed class MaxPoolStep(Workers workers, LaneMap input, LaneMap output, PoolWindow window) : Step
{
    public override void Run(int images) => workers.Run(images * output.Octets, new Job(input, output, window, images));

    private readonly unsafe struct Job(LaneMap input, LaneMap output, PoolWindow window, int images) : IJob
    {
        public void Execute(int piece)
        {
            var (octet, image) = Math.DivRem(piece, images);
            for (var row = 0; row < output.Shape.Rows; row++)
                for (var column = 0; column < output.Shape.Columns; column++)
                {
                    var to = output.Data + octet * output.OctetStride + output.Offset(image, row, column);
                    for (var channel = 0; channel < output.Shape.Channels; channel++, to += output.ChannelStride)
                    {
                        *to = 0;
                    }

                    for (var tap = 0; tap < window.Size * window.Size; tap++)
                    {
                        var fromRow = row * window.Stride + tap / window.Size - window.Padding;
                        var fromColumn = column * window.Stride + tap % window.Size - window.Padding;
                        if (fromRow >= 0 && fromRow < input.Shape.Rows && fromColumn >= 0 && fromColumn < input.Shape.Columns)
                        {
                            Join(octet, input.Offset(image, fromRow, fromColumn), output.Offset(image, row, column));
                        }
                    }
                }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Join(int octet, long source, long target)
        {
            var from = input.Data + octet * input.OctetStride + source;
            var to = output.Data + octet * output.OctetStride + target;
            for (var channel = 0; channel < output.Shape.Channels; channel++, from += input.ChannelStride, to += output.ChannelStride)
            {
                *to |= *from;
            }
        }
    }
}

/// <summary>Counts of windows: of each, how many of its neurons fire at each timestep.</summary>
/// <param name="size">Rows and columns of a window; null for the whole map.</param>
internal sealed class CountStep(Workers workers, LaneMap input, LaneMap output, int? size) : Step
{
    public override void Run(int images) => workers.Run(images * output.Octets, new Job(input, output, images, size));

    private readonly unsafe struct Job(LaneMap input, LaneMap output, int images, int? size) : IJob
    {
        private readonly int rows = size ?? input.Shape.Rows;
        private readonly int columns = size ?? input.Shape.Columns;

        public void Execute(int piece)
        {
            var (octet, image) = Math.DivRem(piece, images);
            for (var row = 0; row < output.Shape.Rows; row++)
            {
                var from = input.Data + octet * input.OctetStride + input.Offset(image, row * rows, 0);
                var to = output.Data + octet * output.OctetStride + output.Offset(image, row, 0);
                for (var channel = 0; channel < output.Shape.Channels; channel++, from += input.ChannelStride, to += output.ChannelStride)
                {
                    Row(from, (ulong*)to);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Row(byte* from, ulong* to)
        {
            if (rows == 2 && columns == 2 && input.PositionBytes == 1)
            {
                var below = from + input.RowStride;
                for (var column = 0; column < output.Shape.Columns; column++)
                {
                    to[column] = Spread(from[2 * column]) + Spread(from[2 * column + 1]) + Spread(below[2 * column]) + Spread(below[2 * column + 1]);
                }

                return;
            }

            for (var column = 0; column < output.Shape.Columns; column++, from += columns * input.PositionBytes)
            {
                var count = 0ul;
                for (var row = 0; row < rows; row++)
                    for (var i = 0; i < columns; i++)
                    {
                        var at = from + row * input.RowStride + i * input.PositionBytes;
                        count += input.PositionBytes == 1 ? Spread(*at) : *(ulong*)at;
                    }

                to[column] = count;
            }
        }

        /// <summary>A byte for each of eight bits: 0 or 1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Spread(byte bits)
        {
            if (Bmi2.X64.IsSupported)
            {
                return Bmi2.X64.ParallelBitDeposit(bits, 0x0101010101010101ul);
            }

            // Each byte of the product has the eight bits; of byte t, bit t is kept, and then whatever is not 0 becomes 1.
            var kept = bits * 0x0101010101010101ul & 0x8040201008040201ul;
            return ((kept + 0x7f7f7f7f7f7f7f7ful | kept) & 0x8080808080808080ul) >> 7;
        }
    }
}
