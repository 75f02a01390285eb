using System.Runtime.Intrinsics;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void WeightedSum(Activation first, Activation second, DeviceBuffer coefficients, Activation output, int samples) =>
        workers.Run(output.Shape.Lanes.BlocksOf(samples) * output.Shape.Rows,
            new WeightedSumJob(first, second, Pointer(coefficients)[0], Pointer(coefficients)[1], output));

    public void WeightedSumGradient(Activation outputGradient, DeviceBuffer coefficients, int index, Activation inputGradient, bool accumulate,
        int samples) =>
        workers.Run(outputGradient.Shape.Lanes.BlocksOf(samples) * outputGradient.Shape.Rows,
            new WeightedSumGradientJob(outputGradient, Pointer(coefficients)[index], inputGradient, accumulate));

    public void WeightedSumCoefficientGradient(Activation input, Activation outputGradient, DeviceBuffer coefficientGradient, int index,
        int samples)
    {
        var pieces = outputGradient.Shape.Lanes.BlocksOf(samples) * outputGradient.Shape.Rows;
        var partial = Scratch(pieces);
        workers.Run(pieces, new CoefficientGradientJob(input, outputGradient, partial));
        var sum = 0.0;
        for (var piece = 0; piece < pieces; piece++)
        {
            sum += partial[piece];
        }

        Pointer(coefficientGradient)[index] += (float)sum;
    }

    private readonly struct WeightedSumJob(Activation first, Activation second, float a, float b, Activation output) : IJob
    {
        private readonly ActivationShape firstShape = first.Shape;
        private readonly ActivationShape secondShape = second.Shape;
        private readonly ActivationShape outputShape = output.Shape;
        private readonly float* firstData = ((NativeBuffer)first.Buffer).Pointer;
        private readonly float* secondData = ((NativeBuffer)second.Buffer).Pointer;
        private readonly float* outputData = ((NativeBuffer)output.Buffer).Pointer;

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, outputShape.Rows);
            var x = firstData + firstShape.Offset(block, row, 0);
            var y = secondData + secondShape.Offset(block, row, 0);
            var z = outputData + outputShape.Offset(block, row, 0);
            var channels = outputShape.Columns * outputShape.Channels;
            for (var channel = 0; channel < channels; channel++)
            {
                for (var sample = 0; sample < outputShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    var left = StepLanes.Of(firstShape.Lanes, x, sample);
                    var right = StepLanes.Of(secondShape.Lanes, y, sample);
                    var sum = StepLanes.Of(outputShape.Lanes, z, sample);
                    for (var t = 0; t < outputShape.Lanes.Steps; t++)
                    {
                        sum.Store(t, left.Load(t) * a + right.Load(t) * b);
                    }
                }

                x += firstShape.Lanes.Width;
                y += secondShape.Lanes.Width;
                z += outputShape.Lanes.Width;
            }
        }
    }

    private readonly struct WeightedSumGradientJob(Activation outputGradient, float coefficient, Activation inputGradient, bool accumulate)
        : IJob
    {
        private readonly ActivationShape fromShape = outputGradient.Shape;
        private readonly ActivationShape toShape = inputGradient.Shape;
        private readonly float* from = ((NativeBuffer)outputGradient.Buffer).Pointer;
        private readonly float* to = ((NativeBuffer)inputGradient.Buffer).Pointer;

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, fromShape.Rows);
            var dy = from + fromShape.Offset(block, row, 0);
            var dx = to + toShape.Offset(block, row, 0);
            var isStatic = toShape.Lanes.Steps == 1 && fromShape.Lanes.Steps > 1;
            var channels = fromShape.Columns * fromShape.Channels;
            for (var channel = 0; channel < channels; channel++, dy += fromShape.Lanes.Width, dx += toShape.Lanes.Width)
            {
                for (var sample = 0; sample < fromShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    var source = StepLanes.Of(fromShape.Lanes, dy, sample);
                    var target = StepLanes.Of(toShape.Lanes, dx, sample);
                    var staticSum = Vector512<float>.Zero;
                    for (var t = 0; t < fromShape.Lanes.Steps; t++)
                    {
                        var value = source.Load(t) * coefficient;
                        if (isStatic)
                        {
                            staticSum += value;
                        }
                        else
                        {
                            target.Store(t, accumulate ? target.Load(t) + value : value);
                        }
                    }

                    if (isStatic)
                    {
                        target.Store(0, accumulate ? target.Load(0) + staticSum : staticSum);
                    }
                }

                LaneMask.ClearSpare(toShape.Lanes, dx);
            }
        }
    }

    private readonly struct CoefficientGradientJob(Activation input, Activation outputGradient, double* partial) : IJob
    {
        private readonly ActivationShape inputShape = input.Shape;
        private readonly ActivationShape gradientShape = outputGradient.Shape;
        private readonly float* inputs = ((NativeBuffer)input.Buffer).Pointer;
        private readonly float* gradients = ((NativeBuffer)outputGradient.Buffer).Pointer;

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, gradientShape.Rows);
            var x = inputs + inputShape.Offset(block, row, 0);
            var dy = gradients + gradientShape.Offset(block, row, 0);
            var channels = gradientShape.Columns * gradientShape.Channels;
            var total = 0.0;
            for (var channel = 0; channel < channels; channel++, x += inputShape.Lanes.Width, dy += gradientShape.Lanes.Width)
            {
                for (var sample = 0; sample < gradientShape.Lanes.BlockSamples; sample += LaneLayout.VectorLanes)
                {
                    var value = StepLanes.Of(inputShape.Lanes, x, sample);
                    var gradient = StepLanes.Of(gradientShape.Lanes, dy, sample);
                    var sum = Vector512<float>.Zero;
                    for (var t = 0; t < gradientShape.Lanes.Steps; t++)
                    {
                        sum += value.Load(t) * gradient.Load(t);
                    }

                    total += Vector512.Sum(sum);
                }
            }

            partial[piece] = total;
        }
    }
}
