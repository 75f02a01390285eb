using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        var pieces = spikes.Shape.Lanes.BlocksOf(samples) * spikes.Shape.Rows;
        workers.Run(pieces, new NeuronJob(neuron, current, Pointer(threshold)[0], membrane, spikes));
    }

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        var width = surrogate.Width;
        switch (surrogate.Kind)
        {
            case SurrogateKind.PiecewiseLinear:
                Backward(new PiecewiseLinear(width));
                break;
            case SurrogateKind.Exponential:
                Backward(new Exponential(1, width));
                break;
            case SurrogateKind.DampedExponential:
                Backward(new Exponential(0.3f, width));
                break;
            case SurrogateKind.Rectangular:
                Backward(new Rectangular(width));
                break;
            case SurrogateKind.StraightThrough:
                Backward(default(StraightThrough));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(surrogate), surrogate, "not a surrogate");
        }

        void Backward<TSurrogate>(TSurrogate derivative)
            where TSurrogate : struct, ISurrogate
        {
            var pieces = membrane.Shape.Lanes.BlocksOf(samples) * membrane.Shape.Rows;
            var partial = Scratch(pieces);
            workers.Run(pieces, new NeuronGradientJob<TSurrogate>(neuron, derivative, membrane, Pointer(threshold)[0], spikeGradient,
                currentGradient, accumulate, partial));
            if (thresholdGradient is not null)
            {
                var sum = 0.0;
                for (var piece = 0; piece < pieces; piece++)
                {
                    sum += partial[piece];
                }

                Pointer(thresholdGradient)[0] += (float)sum;
            }
        }
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        var pieces = membrane.Shape.Lanes.BlocksOf(samples) * membrane.Shape.Rows;
        workers.Run(pieces, new NeuronRateGradientJob(membrane, Pointer(threshold)[0], spikeGradient, currentGradient, accumulate));
    }
}
