using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples) =>
        Steps(current, membrane ?? spikes, spikes, null, new NeuronForward(neuron, Pointer(threshold)[0], membrane is not null), samples);

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
            var pieces = Pieces(membrane, samples);
            var sums = Scratch(pieces);
            Steps(membrane, spikeGradient, currentGradient, sums,
                new NeuronBackward<TSurrogate>(neuron, derivative, Pointer(threshold)[0], accumulate), samples);
            if (thresholdGradient is not null)
            {
                Pointer(thresholdGradient)[0] += (float)Total(sums, pieces);
            }
        }
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) =>
        Steps(membrane, spikeGradient, currentGradient, null, new NeuronRateBackward(Pointer(threshold)[0], accumulate), samples);
}
