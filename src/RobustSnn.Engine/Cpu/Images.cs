using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Normalise(DeviceBuffer pixels, DeviceBuffer mean, DeviceBuffer deviation, Activation output, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(output, samples),
            new NormaliseJob(Pointer(pixels), Pointer(mean), Pointer(deviation), output, samples));
    }

    public void NormaliseGradient(Activation outputGradient, DeviceBuffer deviation, DeviceBuffer pixelGradient, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(outputGradient, samples),
            new NormaliseGradientJob(outputGradient, Pointer(deviation), Pointer(pixelGradient), samples));
    }

    public void Readout(Activation scores, DeviceBuffer logits, int samples)
    {
        using var turn = TakeTurn();
        var lanes = scores.Shape.Lanes;
        for (var sample = 0; sample < samples; sample++)
        {
            var from = scores.Floats() + scores.Shape.Offset(sample / lanes.BlockSamples, 0, 0) + sample % lanes.BlockSamples;
            for (var k = 0; k < scores.Shape.Channels; k++)
            {
                var sum = 0.0;
                for (var t = 0; t < lanes.Steps; t++)
                {
                    sum += from[k * lanes.Width + t * lanes.BlockSamples];
                }

                Pointer(logits)[sample * scores.Shape.Channels + k] = (float)(sum / lanes.Steps);
            }
        }
    }

    public void ReadoutGradient(DeviceBuffer logitGradient, Activation scoreGradient, int samples)
    {
        using var turn = TakeTurn();
        var lanes = scoreGradient.Shape.Lanes;
        for (var block = 0; block < lanes.BlocksOf(samples); block++)
        {
            var used = lanes.SamplesOf(block, samples);
            var to = scoreGradient.Floats() + scoreGradient.Shape.Offset(block, 0, 0);
            for (var k = 0; k < scoreGradient.Shape.Channels; k++)
            {
                for (var lane = 0; lane < lanes.Width; lane++)
                {
                    var sample = lane % lanes.BlockSamples;
                    var inUse = lane < lanes.Lanes && sample < used;
                    to[k * lanes.Width + lane] = inUse
                        ? Pointer(logitGradient)[(block * lanes.BlockSamples + sample) * scoreGradient.Shape.Channels + k] / lanes.Steps
                        : 0;
                }
            }
        }
    }

    private readonly struct NormaliseJob(float* pixels, float* mean, float* deviation, Activation output, int samples) : IJob
    {
        private readonly ActivationShape shape = output.Shape;
        private readonly float* data = output.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            for (var s = 0; s < shape.Lanes.SamplesOf(block, samples); s++)
            {
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    var sample = (long)block * shape.Lanes.BlockSamples + s;
                    var from = pixels + ((sample * shape.Channels + channel) * shape.Rows + row) * shape.Columns;
                    var to = data + shape.Offset(block, row, 0) + channel * shape.Lanes.Width + s;
                    for (var column = 0; column < shape.Columns; column++)
                    {
                        to[(long)column * shape.PositionStride] = (from[column] - mean[channel]) / deviation[channel];
                    }
                }
            }
        }
    }

    private readonly struct NormaliseGradientJob(Activation outputGradient, float* deviation, float* pixelGradient, int samples) : IJob
    {
        private readonly ActivationShape shape = outputGradient.Shape;
        private readonly float* data = outputGradient.Floats();

        public void Execute(int piece)
        {
            var (block, row) = Math.DivRem(piece, shape.Rows);
            for (var s = 0; s < shape.Lanes.SamplesOf(block, samples); s++)
            {
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    var sample = (long)block * shape.Lanes.BlockSamples + s;
                    var to = pixelGradient + ((sample * shape.Channels + channel) * shape.Rows + row) * shape.Columns;
                    var from = data + shape.Offset(block, row, 0) + channel * shape.Lanes.Width + s;
                    for (var column = 0; column < shape.Columns; column++)
                    {
                        to[column] = from[(long)column * shape.PositionStride] / deviation[channel];
                    }
                }
            }
        }
    }
}
