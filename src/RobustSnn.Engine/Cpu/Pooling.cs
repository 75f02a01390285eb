using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void AveragePool(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var pieces = input.Shape.Lanes.BlocksOf(samples) * output.Shape.Rows;
        if (input.Shape.IsBits)
        {
            workers.Run(pieces, new BitPoolJob(input, output));
        }
        else
        {
            workers.Run(pieces, new PoolJob(input, output));
        }
    }

    public void AveragePoolGradient(Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(inputGradient, samples),
            new PoolGradientJob(outputGradient, inputGradient, accumulate));
    }

    private readonly struct PoolJob(Activation input, Activation output) : IJob
    {
        private readonly ActivationShape from = input.Shape;
        private readonly ActivationShape to = output.Shape;
        private readonly float* source = input.Floats();
        private readonly float* target = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var (windowRows, windowColumns) = (from.Rows / to.Rows, from.Columns / to.Columns);
            var share = Vector512.Create(1f / (windowRows * windowColumns));
            var y = target + to.Offset(block, row, 0);
            for (var column = 0; column < to.Columns; column++, y += to.PositionStride)
            {
                var x = source + from.Offset(block, row * windowRows, column * windowColumns);
                for (var lane = 0; lane < to.PositionStride; lane += LaneLayout.VectorLanes)
                {
                    var sum = Vector512<float>.Zero;
                    for (var r = 0; r < windowRows; r++)
                        for (var c = 0; c < windowColumns; c++)
                        {
                            sum += Vector512.Load(x + r * from.RowStride + c * from.PositionStride + lane);
                        }

                    (sum * share).Store(y + lane);
                }
            }
        }
    }

    /// <summary>The same of bits, whose channels lie further apart than their columns.</summary>
    private readonly struct BitPoolJob(Activation input, Activation output) : IJob
    {
        private readonly ActivationShape from = input.Shape;
        private readonly BitLayout bits = input.Shape.Bits;
        private readonly ActivationShape to = output.Shape;
        private readonly byte* source = input.Bits();
        private readonly float* target = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var (windowRows, windowColumns) = (from.Rows / to.Rows, from.Columns / to.Columns);
            var share = Vector512.Create(1f / (windowRows * windowColumns));
            var (channelStride, columnStride, rowStride) = (bits.ChannelStride, bits.PositionBytes, bits.RowStride);
            var (lanes, width) = (to.Lanes.Lanes, to.Lanes.Width);
            var y = target + to.Offset(block, row, 0);
            for (var column = 0; column < to.Columns; column++)
            {
                var window = source + bits.Offset(block, row * windowRows, column * windowColumns);
                for (var channel = 0; channel < to.Channels; channel++, window += channelStride, y += width)
                {
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var mask = LaneBits.Lowest(lanes - lane);
                        var sum = Vector512<float>.Zero;
                        var x = window + lane / LaneBits.InByte;
                        for (var r = 0; r < windowRows; r++, x += rowStride)
                            for (var c = 0; c < windowColumns; c++)
                            {
                                sum += LaneBits.ToFloats(*(ushort*)(x + c * columnStride) & mask);
                            }

                        (sum * share).Store(y + lane);
                    }
                }
            }
        }
    }

    private readonly struct PoolGradientJob(Activation outputGradient, Activation inputGradient, bool accumulate) : IJob
    {
        private readonly ActivationShape from = outputGradient.Shape;
        private readonly ActivationShape to = inputGradient.Shape;
        private readonly float* source = outputGradient.Floats();
        private readonly float* target = inputGradient.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var (windowRows, windowColumns) = (to.Rows / from.Rows, to.Columns / from.Columns);
            var share = Vector512.Create(1f / (windowRows * windowColumns));
            var dx = target + to.Offset(block, row, 0);
            for (var column = 0; column < to.Columns; column++, dx += to.PositionStride)
            {
                var dy = source + from.Offset(block, row / windowRows, column / windowColumns);
                for (var lane = 0; lane < to.PositionStride; lane += LaneLayout.VectorLanes)
                {
                    var value = Vector512.Load(dy + lane) * share;
                    (accumulate ? value + Vector512.Load(dx + lane) : value).Store(dx + lane);
                }
            }
        }
    }
}
