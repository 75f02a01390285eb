using System.Runtime.CompilerServices;
using System.Numerics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>A batch's pixels as integers, framed by zeros: [image][channel][row][column].</summary>
internal sealed unsafe class PixelMap
{
    private readonly NativeBuffer memory;
    private readonly int[] centres;

    public PixelMap(NativeHeap heap, Shape shape, int border, int batch, IReadOnlyList<int> centres)
    {
        (Shape, Border) = (shape, border);
        this.centres = [.. centres];
        RowStride = shape.Columns + 2 * border;
        ChannelStride = checked((shape.Rows + 2 * border) * RowStride);
        ImageStride = checked(shape.Channels * ChannelStride);
        memory = heap.Allocate(checked((long)batch * ImageStride + Vector<int>.Count), ElementType.Int32);
    }

    public Shape Shape { get; }

    public int Border { get; }

    public int RowStride { get; }

    public int ChannelStride { get; }

    public int ImageStride { get; }

    /// <summary>Of channel 0 at a position; row and column count from 0 inside the frame.</summary>
    public int* At(int image, int row, int column) => memory.Integers + (long)image * ImageStride + (row + Border) * RowStride + column + Border;

    /// <summary>Rounds and centres images.</summary>
    /// <param name="images">(image, channel, row, column) in [0, 1].</param>
    /// <exception cref="ArgumentException">A pixel is none.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<float> images)
    {
        for (var image = 0; image * Shape.Count < images.Length; image++)
            for (var channel = 0; channel < Shape.Channels; channel++)
                for (var row = 0; row < Shape.Rows; row++)
                {
                    var from = images.Slice(image * Shape.Count + (channel * Shape.Rows + row) * Shape.Columns, Shape.Columns);
                    var to = At(image, row, 0) + channel * ChannelStride;
                    for (var column = 0; column < from.Length; column++)
                    {
                        to[column] = Pixel.Of(from[column]) - centres[channel];
                    }
                }
    }
}

/// <summary>A layer of weights over pixels: once an image, in 32 bits.</summary>
internal sealed unsafe class PixelLayerStep(Workers workers, FixedPointNetwork network, int layer, PixelMap input, CurrentMap output) : Step
{
    private readonly Connections connections = new(network, layer, input);

    public override long ConnectionBytes => sizeof(int) * ((long)connections.Starts.Length + connections.Weights.Length + connections.Offsets.Length);

    public override void Run(int images) => workers.Run(images * output.Shape.Channels, new Job(connections, input, output));

    /// <summary>Each output's weights, and how far from a position's first input theirs is.</summary>
    private sealed class Connections
    {
        public Connections(FixedPointNetwork network, int layer, PixelMap input)
        {
            Geometry = network.Geometry(layer);
            var its = network.Weights[layer];
            Bias = its.Bias;
            Starts = new int[Geometry.Outputs + 1];
            Weights = Array.ConvertAll(its.Values, weight => (int)weight);
            Offsets = new int[its.Values.Length];
            for (var i = 0; i < Offsets.Length; i++)
            {
                var (output, column) = Math.DivRem(its.Pattern?.Existing[i] ?? i, Geometry.Inputs * Geometry.Taps);
                var (channel, tap) = Math.DivRem(column, Geometry.Taps);
                Starts[output + 1]++;
                Offsets[i] = channel * input.ChannelStride + tap / Geometry.KernelColumns * input.RowStride + tap % Geometry.KernelColumns;
            }

            for (var output = 0; output < Geometry.Outputs; output++)
            {
                Starts[output + 1] += Starts[output];
            }
        }

        public ConvolutionGeometry Geometry { get; }

        public int[] Bias { get; }

        public int[] Starts { get; }

        public int[] Weights { get; }

        public int[] Offsets { get; }
    }

    private readonly struct Job(Connections connections, PixelMap input, CurrentMap output) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int piece)
        {
            var geometry = connections.Geometry;
            var (image, channel) = Math.DivRem(piece, geometry.Outputs);
            for (var row = 0; row < geometry.OutputRows; row++)
            {
                var from = input.At(image, row * geometry.StrideRows - geometry.Padding, -geometry.Padding);
                var to = output.At(channel, 0) + image * output.Positions + row * geometry.OutputColumns;
                var column = 0;
                if (geometry.StrideColumns == 1)
                {
                    for (; column + Vector<int>.Count <= geometry.OutputColumns; column += Vector<int>.Count)
                    {
                        var sum = new Vector<int>(connections.Bias[channel]);
                        for (var i = connections.Starts[channel]; i < connections.Starts[channel + 1]; i++)
                        {
                            sum += Vector.Load(from + column + connections.Offsets[i]) * connections.Weights[i];
                        }

                        sum.Store(to + column);
                    }
                }

                for (; column < geometry.OutputColumns; column++)
                {
                    var sum = connections.Bias[channel];
                    for (var i = connections.Starts[channel]; i < connections.Starts[channel + 1]; i++)
                    {
                        sum += from[column * geometry.StrideColumns + connections.Offsets[i]] * connections.Weights[i];
                    }

                    to[column] = sum;
                }
            }
        }
    }
}
