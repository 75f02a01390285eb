using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void OverlappingMaxPool(PoolWindow window, Activation input, Activation output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(output, samples), new OverlappingMaxPoolJob(window, input, output));
    }

    // A channel of a block is a piece, because windows that overlap add to the same values.
    public void OverlappingMaxPoolGradient(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var pieces = input.Shape.Lanes.BlocksOf(samples) * input.Shape.Channels;
        workers.Run(pieces, new OverlappingMaxPoolGradientJob(window, input, outputGradient, inputGradient, accumulate));
    }

    /// <summary>Rows, or columns, from First to below End that a window has on a map of so many.</summary>
    private readonly struct WindowSpan(int number, PoolWindow window, int extent)
    {
        public int First { get; } = Math.Max(0, number * window.Stride - window.Padding);

        public int End { get; } = Math.Min(extent, number * window.Stride - window.Padding + window.Size);
    }

    /// <summary>A row of the pooled map.</summary>
    private readonly struct OverlappingMaxPoolJob(PoolWindow window, Activation input, Activation output) : IJob
    {
        private readonly ActivationShape from = input.Shape;
        private readonly ActivationShape to = output.Shape;
        private readonly float* source = input.Floats();
        private readonly float* target = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, to.Rows);
            var rows = new WindowSpan(row, window, from.Rows);
            var width = to.Lanes.Width;
            var y = target + to.Offset(block, row, 0);
            for (var column = 0; column < to.Columns; column++, y += to.PositionStride)
            {
                var columns = new WindowSpan(column, window, from.Columns);
                for (var value = 0; value < to.Channels * width; value += LaneLayout.VectorLanes)
                {
                    var largest = Vector512.Load(source + from.Offset(block, rows.First, columns.First) + value);
                    for (var r = rows.First; r < rows.End; r++)
                        for (var c = columns.First; c < columns.End; c++)
                        {
                            largest = Vector512.Max(largest, Vector512.Load(source + from.Offset(block, r, c) + value));
                        }

                    largest.Store(y + value);
                }
            }
        }
    }

    /// <summary>A channel of a block: each window's gradient goes to the first of its largest values.</summary>
    private readonly struct OverlappingMaxPoolGradientJob(
        PoolWindow window, Activation input, Activation outputGradient, Activation inputGradient, bool accumulate) : IJob
    {
        private readonly ActivationShape values = input.Shape;
        private readonly ActivationShape from = outputGradient.Shape;
        private readonly ActivationShape to = inputGradient.Shape;
        private readonly float* x = input.Floats();
        private readonly float* dy = outputGradient.Floats();
        private readonly float* dx = inputGradient.Floats();

        public void Execute(int piece)
        {
            var (block, channel) = Math.DivRem(piece, to.Channels);
            var width = to.Lanes.Width;
            if (!accumulate)
            {
                Clear(block, channel);
            }

            for (var row = 0; row < from.Rows; row++)
                for (var column = 0; column < from.Columns; column++)
                {
                    var (rows, columns) = (new WindowSpan(row, window, to.Rows), new WindowSpan(column, window, to.Columns));
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var gradient = Vector512.Load(dy + from.Offset(block, row, column) + (long)channel * width + lane);
                        Share(block, rows, columns, (long)channel * width + lane, gradient);
                    }
                }
        }

        private void Clear(int block, int channel)
        {
            for (var row = 0; row < to.Rows; row++)
                for (var column = 0; column < to.Columns; column++)
                {
                    new Span<float>(dx + to.Offset(block, row, column) + (long)channel * to.Lanes.Width, to.Lanes.Width).Clear();
                }
        }

        private void Share(int block, WindowSpan rows, WindowSpan columns, long lane, Vector512<float> gradient)
        {
            var largest = Vector512.Load(x + values.Offset(block, rows.First, columns.First) + lane);
            var first = Vector512<float>.Zero; // number of the position that holds it
            var number = 0;
            for (var r = rows.First; r < rows.End; r++)
                for (var c = columns.First; c < columns.End; c++)
                {
                    var value = Vector512.Load(x + values.Offset(block, r, c) + lane);
                    var isLarger = Vector512.GreaterThan(value, largest) | ~Vector512.Equals(value, value);
                    largest = Vector512.ConditionalSelect(isLarger, value, largest);
                    first = Vector512.ConditionalSelect(isLarger, Vector512.Create((float)number++), first);
                }

            number = 0;
            for (var r = rows.First; r < rows.End; r++)
                for (var c = columns.First; c < columns.End; c++)
                {
                    var at = dx + to.Offset(block, r, c) + lane;
                    var isFirst = Vector512.Equals(first, Vector512.Create((float)number++));
                    (Vector512.Load(at) + Vector512.ConditionalSelect(isFirst, gradient, Vector512<float>.Zero)).Store(at);
                }
        }
    }
}
