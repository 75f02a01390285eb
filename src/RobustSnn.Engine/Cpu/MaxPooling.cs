using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void MaxPool(Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        var pieces = Pieces(output, samples);
        switch (input.Shape.IsBits, output.Shape.IsBits)
        {
            case (true, true):
                MaxPoolBits(input, output, samples);
                break;
            case (true, false):
                workers.Run(pieces, new MaxPoolJob<BitWindow>(new BitWindow(input), input.Shape, output));
                break;
            default:
                workers.Run(pieces, new MaxPoolJob<FloatWindow>(new FloatWindow(input), input.Shape, output));
                break;
        }
    }

    public void MaxPoolGradient(Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var pieces = Pieces(outputGradient, samples);
        if (input.Shape.IsBits)
        {
            workers.Run(pieces, new MaxPoolGradientJob<BitWindow>(new BitWindow(input), outputGradient, inputGradient, accumulate));
        }
        else
        {
            workers.Run(pieces, new MaxPoolGradientJob<FloatWindow>(new FloatWindow(input), outputGradient, inputGradient, accumulate));
        }
    }

    /// <summary>Spikes of no sample in use are no longer there afterwards, whatever the input holds in their place.</summary>
    private void MaxPoolBits(Activation input, Activation output, int samples)
    {
        var lanes = input.Shape.Lanes;
        var bytes = input.Shape.Bits.PositionBytes;
        var masks = (byte*)Scratch(2L * bytes / sizeof(double) + 1);
        var last = lanes.BlocksOf(samples) - 1;
        LaneMask.WriteBits(lanes, lanes.BlockSamples, masks, bytes);
        LaneMask.WriteBits(lanes, lanes.SamplesOf(last, samples), masks + bytes, bytes);
        workers.Run(Pieces(output, samples), new BitsMaxPoolJob(input, output, masks, last));
    }

    /// <summary>Reads 16 lanes of a channel at any position of a block, whatever their storage.</summary>
    private interface IWindow
    {
        Vector512<float> Load(int block, int row, int column, int channel, int lane);
    }

    private readonly struct FloatWindow(Activation input) : IWindow
    {
        private readonly ActivationShape shape = input.Shape;
        private readonly float* data = input.Floats();
        private readonly int width = input.Shape.Lanes.Width;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Load(int block, int row, int column, int channel, int lane) =>
            Vector512.Load(data + shape.Offset(block, row, column) + (long)channel * width + lane);
    }

    private readonly struct BitWindow(Activation input) : IWindow
    {
        private readonly BitLayout bits = input.Shape.Bits;
        private readonly byte* data = input.Bits();
        private readonly int lanes = input.Shape.Lanes.Lanes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Load(int block, int row, int column, int channel, int lane)
        {
            var at = data + bits.Offset(block, row, column) + (long)channel * bits.ChannelStride + lane / LaneBits.InByte;
            return LaneBits.ToFloats(*(ushort*)at & LaneBits.Lowest(lanes - lane));
        }
    }

    /// <summary>A row of the pooled map.</summary>
    private readonly struct MaxPoolJob<TWindow>(TWindow source, ActivationShape from, Activation output) : IJob
        where TWindow : struct, IWindow
    {
        private readonly ActivationShape to = output.Shape;
        private readonly float* target = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var (windowRows, windowColumns) = (from.Rows / to.Rows, from.Columns / to.Columns);
            var y = target + to.Offset(block, row, 0);
            for (var column = 0; column < to.Columns; column++)
                for (var channel = 0; channel < to.Channels; channel++, y += to.Lanes.Width)
                {
                    for (var lane = 0; lane < to.Lanes.Width; lane += LaneLayout.VectorLanes)
                    {
                        var largest = source.Load(block, row * windowRows, column * windowColumns, channel, lane);
                        for (var r = 0; r < windowRows; r++)
                            for (var c = 0; c < windowColumns; c++)
                            {
                                largest = Vector512.Max(largest, source.Load(block, row * windowRows + r, column * windowColumns + c, channel, lane));
                            }

                        largest.Store(y + lane);
                    }
                }
        }
    }

    /// <summary>The same from bits to bits: a window has fired where one of its neurons has.</summary>
    /// <param name="masks">Lanes of samples in use: of a full block, and of the last.</param>
    private readonly struct BitsMaxPoolJob(Activation input, Activation output, byte* masks, int last) : IJob
    {
        private readonly ActivationShape from = input.Shape;
        private readonly ActivationShape to = output.Shape;
        private readonly BitLayout source = input.Shape.Bits;
        private readonly BitLayout target = output.Shape.Bits;
        private readonly byte* x = input.Bits();
        private readonly byte* y = output.Bits();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var (windowRows, windowColumns) = (from.Rows / to.Rows, from.Columns / to.Columns);
            var bytes = source.PositionBytes;
            var mask = block == last ? masks + bytes : masks;
            for (var channel = 0; channel < to.Channels; channel++)
            {
                var window = x + source.Offset(block, row * windowRows, 0) + (long)channel * source.ChannelStride;
                var pooled = y + target.Offset(block, row, 0) + (long)channel * target.ChannelStride;
                for (var column = 0; column < to.Columns; column++, window += windowColumns * bytes, pooled += bytes)
                    for (var i = 0; i < bytes; i++)
                    {
                        var any = 0;
                        for (var r = 0; r < windowRows; r++)
                            for (var c = 0; c < windowColumns; c++)
                            {
                                any |= window[(long)r * source.RowStride + c * bytes + i];
                            }

                        pooled[i] = (byte)(any & mask[i]);
                    }
            }
        }
    }

    /// <summary>A row of the pooled map: its gradients go to the first of the largest values of their windows, the others get 0.</summary>
    private readonly struct MaxPoolGradientJob<TWindow>(
        TWindow source, Activation outputGradient, Activation inputGradient, bool accumulate) : IJob
        where TWindow : struct, IWindow
    {
        private readonly ActivationShape from = outputGradient.Shape;
        private readonly ActivationShape to = inputGradient.Shape;
        private readonly float* dy = outputGradient.Floats();
        private readonly float* dx = inputGradient.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, from.Rows);
            var (windowRows, windowColumns) = (to.Rows / from.Rows, to.Columns / from.Columns);
            var width = from.Lanes.Width;
            var gradients = dy + from.Offset(block, row, 0);
            for (var column = 0; column < from.Columns; column++)
                for (var channel = 0; channel < from.Channels; channel++, gradients += width)
                {
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var (top, left) = (row * windowRows, column * windowColumns);
                        var largest = source.Load(block, top, left, channel, lane);
                        var first = Vector512<float>.Zero; // number of the position that holds it
                        for (var i = 1; i < windowRows * windowColumns; i++)
                        {
                            var value = source.Load(block, top + i / windowColumns, left + i % windowColumns, channel, lane);
                            var isLarger = Vector512.GreaterThan(value, largest) | ~Vector512.Equals(value, value);
                            largest = Vector512.ConditionalSelect(isLarger, value, largest);
                            first = Vector512.ConditionalSelect(isLarger, Vector512.Create((float)i), first);
                        }

                        var gradient = Vector512.Load(gradients + lane);
                        for (var i = 0; i < windowRows * windowColumns; i++)
                        {
                            var at = dx + to.Offset(block, top + i / windowColumns, left + i % windowColumns) + (long)channel * width + lane;
                            var share = Vector512.ConditionalSelect(Vector512.Equals(first, Vector512.Create((float)i)), gradient, Vector512<float>.Zero);
                            (accumulate ? Vector512.Load(at) + share : share).Store(at);
                        }
                    }
                }
        }
    }
}
