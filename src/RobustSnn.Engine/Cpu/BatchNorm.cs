using System.Runtime.Intrinsics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void BatchStatistics(Activation input, DeviceBuffer mean, DeviceBuffer variance, int samples)
    {
        using var turn = TakeTurn();
        var shape = input.Shape;
        var pieces = Pieces(input, samples);
        var partial = Scratch(2L * pieces * shape.Channels);
        var job = new MomentsJob(input, samples, partial);
        workers.Run(pieces, job);
        var count = (double)samples * shape.Lanes.Steps * shape.Rows * shape.Columns;
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var (sum, squares) = Totals(partial, pieces, shape.Channels, channel);
            var offset = sum / count;
            Pointer(mean)[channel] = (float)(job.Origin(channel) + offset);
            Pointer(variance)[channel] = (float)Math.Max(0, squares / count - offset * offset);
        }
    }

    public void BatchNorm(Activation input, DeviceBuffer scale, DeviceBuffer shift, DeviceBuffer mean, DeviceBuffer variance, float epsilon,
        Activation output, int samples)
    {
        using var turn = TakeTurn();
        var factors = (float*)Scratch(input.Shape.Channels);
        WriteFactors(new Normalisation(scale, shift, mean, variance, epsilon), input.Shape.Channels, factors);
        workers.Run(Pieces(input, samples), new AffineJob(input, output, factors, false));
    }

    public void BatchNormFixedGradient(Activation outputGradient, DeviceBuffer scale, DeviceBuffer variance, float epsilon,
        Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var channels = outputGradient.Shape.Channels;
        var factors = (float*)Scratch(channels);
        for (var channel = 0; channel < channels; channel++)
        {
            factors[2 * channel] = (float)(Pointer(scale)[channel] / Math.Sqrt((double)Pointer(variance)[channel] + epsilon));
            factors[2 * channel + 1] = 0;
        }

        workers.Run(Pieces(outputGradient, samples),
            new AffineJob(outputGradient, inputGradient, factors, accumulate));
    }

    public void BatchNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, int samples)
    {
        using var turn = TakeTurn();
        var shape = input.Shape;
        var pieces = Pieces(input, samples);
        var partial = Scratch(2L * pieces * shape.Channels + 2L * shape.Channels);
        workers.Run(pieces, new GradientMomentsJob(input, outputGradient, Pointer(mean), partial));
        FinishNormGradient(input, outputGradient, scale, mean, variance, epsilon, inputGradient, accumulate, scaleGradient, shiftGradient,
            partial, pieces, (float*)(partial + 2L * pieces * shape.Channels), samples);
    }

    /// <summary>BatchNorm as factor·x + shift: two floats a channel.</summary>
    private static void WriteFactors(Normalisation normalisation, int channels, float* factors)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var factor = Pointer(normalisation.Scale)[channel]
                / Math.Sqrt((double)Pointer(normalisation.Variance)[channel] + normalisation.Epsilon);
            factors[2 * channel] = (float)factor;
            factors[2 * channel + 1] = (float)(Pointer(normalisation.Shift)[channel] - Pointer(normalisation.Mean)[channel] * factor);
        }
    }

    /// <summary>The second pass of the gradient with the batch's statistics, and the gradients of scale and shift.</summary>
    /// <param name="outputGradient">dy, in step 0 where the input is static.</param>
    /// <param name="partial">Σ dy and Σ dy·(x − mean) of each piece and channel.</param>
    /// <param name="factors">Room for four floats a channel.</param>
    private void FinishNormGradient(Activation input, Activation outputGradient, DeviceBuffer scale, DeviceBuffer mean, DeviceBuffer variance,
        float epsilon, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient, double* partial,
        int pieces, float* factors, int samples)
    {
        var shape = input.Shape;
        var count = (double)samples * shape.Lanes.Steps * shape.Rows * shape.Columns;
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var (sum, product) = Totals(partial, pieces, shape.Channels, channel);
            var inverse = 1 / Math.Sqrt((double)Pointer(variance)[channel] + epsilon);
            var factor = Pointer(scale)[channel] * inverse;
            Pointer(scaleGradient)[channel] += (float)(product * inverse);
            Pointer(shiftGradient)[channel] += (float)sum;

            // dx = factor·(dy − mean dy − x̂·mean(dy·x̂)), x̂ = (x − mean)·inverse
            factors[4 * channel] = (float)factor;
            factors[4 * channel + 1] = (float)(-factor * inverse * inverse * product / count);
            factors[4 * channel + 2] = (float)(-factor * sum / count);
            factors[4 * channel + 3] = Pointer(mean)[channel];
        }

        workers.Run(pieces, new GradientJob(input, outputGradient, inputGradient, factors, accumulate, samples));
    }

    private static (double, double) Totals(double* partial, int pieces, int channels, int channel)
    {
        double first = 0, second = 0;
        for (var piece = 0; piece < pieces; piece++)
        {
            first += partial[2L * (piece * channels + channel)];
            second += partial[2L * (piece * channels + channel) + 1];
        }

        return (first, second);
    }

    /// <summary>Sums and sums of squares of each channel over one row, about a value of the channel itself, which keeps the variance exact.</summary>
    private readonly struct MomentsJob(Activation input, int samples, double* partial) : IJob
    {
        private readonly ActivationShape shape = input.Shape;
        private readonly float* data = input.Floats();

        private readonly float* first = input.Floats() + input.Shape.Offset(0, 0, 0);

        public float Origin(int channel) => first[channel * shape.Lanes.Width];

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var width = shape.Lanes.Width;
            using var memory = PieceMemory.Begin();
            var mask = memory.Floats(width);
            LaneMask.Write(shape.Lanes, block, samples, mask);
            var sums = memory.Floats(2L * shape.Channels * LaneLayout.VectorLanes); // of each channel and lane: the row is read in the order that it lies in
            new Span<float>(sums, 2 * shape.Channels * LaneLayout.VectorLanes).Clear();
            var x = data + shape.Offset(block, row, 0);
            for (var column = 0; column < shape.Columns; column++)
            {
                var at = sums;
                for (var channel = 0; channel < shape.Channels; channel++, x += width, at += 2 * LaneLayout.VectorLanes)
                {
                    var origin = Vector512.Create(Origin(channel));
                    var sum = Vector512.Load(at);
                    var squares = Vector512.Load(at + LaneLayout.VectorLanes);
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var d = (Vector512.Load(x + lane) - origin) * Vector512.Load(mask + lane);
                        sum += d;
                        squares = Vector512.MultiplyAddEstimate(d, d, squares);
                    }

                    sum.Store(at);
                    squares.Store(at + LaneLayout.VectorLanes);
                }
            }

            for (var i = 0; i < 2 * shape.Channels; i++)
            {
                partial[2L * piece * shape.Channels + i] = Vector512.Sum(Vector512.Load(sums + i * LaneLayout.VectorLanes));
            }
        }
    }

    /// <summary>output (+)= input·factors[channel][0] + factors[channel][1].</summary>
    private readonly struct AffineJob(Activation input, Activation output, float* factors, bool accumulate) : IJob
    {
        private readonly ActivationShape inputShape = input.Shape;
        private readonly ActivationShape outputShape = output.Shape;
        private readonly float* from = input.Floats();
        private readonly float* to = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, inputShape.Rows);
            var x = from + inputShape.Offset(block, row, 0);
            var y = to + outputShape.Offset(block, row, 0);
            var width = inputShape.Lanes.Width;
            for (var column = 0; column < inputShape.Columns; column++)
            {
                for (var channel = 0; channel < inputShape.Channels; channel++, x += width, y += width)
                {
                    var factor = Vector512.Create(factors[2 * channel]);
                    var shift = Vector512.Create(factors[2 * channel + 1]);
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var old = accumulate ? Vector512.Load(y + lane) + shift : shift;
                        Vector512.MultiplyAddEstimate(Vector512.Load(x + lane), factor, old).Store(y + lane);
                    }
                }
            }
        }
    }

    /// <summary>Σ dy and Σ dy·(x − mean) of each channel over one row. Gradients are zero in lanes not in use.</summary>
    private readonly struct GradientMomentsJob(Activation input, Activation gradient, float* mean, double* partial) : IJob
    {
        private readonly ActivationShape shape = input.Shape;
        private readonly ActivationShape gradientShape = gradient.Shape;
        private readonly float* data = input.Floats();
        private readonly float* gradients = gradient.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var width = shape.Lanes.Width;
            var x = data + shape.Offset(block, row, 0);
            var dy = gradients + gradientShape.Offset(block, row, 0);
            using var memory = PieceMemory.Begin();
            var sums = memory.Floats(2L * shape.Channels * LaneLayout.VectorLanes);
            new Span<float>(sums, 2 * shape.Channels * LaneLayout.VectorLanes).Clear();
            for (var column = 0; column < shape.Columns; column++)
            {
                var at = sums;
                for (var channel = 0; channel < shape.Channels; channel++, x += width, dy += width, at += 2 * LaneLayout.VectorLanes)
                {
                    var centre = Vector512.Create(mean[channel]);
                    var sum = Vector512.Load(at);
                    var product = Vector512.Load(at + LaneLayout.VectorLanes);
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var d = Vector512.Load(dy + lane);
                        sum += d;
                        product = Vector512.MultiplyAddEstimate(d, Vector512.Load(x + lane) - centre, product);
                    }

                    sum.Store(at);
                    product.Store(at + LaneLayout.VectorLanes);
                }
            }

            for (var i = 0; i < 2 * shape.Channels; i++)
            {
                partial[2L * piece * shape.Channels + i] = Vector512.Sum(Vector512.Load(sums + i * LaneLayout.VectorLanes));
            }
        }
    }

    /// <summary>inputGradient (+)= factors[0]·dy + factors[1]·(x − factors[3]) + factors[2], and 0 in lanes not in use; dy may have more steps than x.</summary>
    private readonly struct GradientJob(
        Activation input, Activation outputGradient, Activation inputGradient, float* factors, bool accumulate, int samples) : IJob
    {
        private readonly ActivationShape shape = input.Shape;
        private readonly ActivationShape fromShape = outputGradient.Shape;
        private readonly ActivationShape toShape = inputGradient.Shape;
        private readonly float* data = input.Floats();
        private readonly float* from = outputGradient.Floats();
        private readonly float* to = inputGradient.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            var width = shape.Lanes.Width;
            using var memory = PieceMemory.Begin();
            var mask = memory.Floats(width);
            LaneMask.Write(shape.Lanes, block, samples, mask);
            var x = data + shape.Offset(block, row, 0);
            var dy = from + fromShape.Offset(block, row, 0);
            var dx = to + toShape.Offset(block, row, 0);
            for (var column = 0; column < shape.Columns; column++)
            {
                for (var channel = 0; channel < shape.Channels; channel++, x += width, dy += fromShape.Lanes.Width, dx += width)
                {
                    var factor = Vector512.Create(factors[4 * channel]);
                    var slope = Vector512.Create(factors[4 * channel + 1]);
                    var shift = Vector512.Create(factors[4 * channel + 2]);
                    var mean = Vector512.Create(factors[4 * channel + 3]);
                    for (var lane = 0; lane < width; lane += LaneLayout.VectorLanes)
                    {
                        var value = Vector512.MultiplyAddEstimate(factor, Vector512.Load(dy + lane),
                            Vector512.MultiplyAddEstimate(slope, Vector512.Load(x + lane) - mean, shift)) * Vector512.Load(mask + lane);
                        (accumulate ? value + Vector512.Load(dx + lane) : value).Store(dx + lane);
                    }
                }
            }
        }
    }
}
