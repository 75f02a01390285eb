using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        if (FullBlockFireJob.Takes(spikes))
        {
            workers.Run(Pieces(current, samples), new FullBlockFireJob(neuron, Pointer(threshold)[0], null, current, membrane, spikes, samples));
        }
        else
        {
            Fire(new NeuronDynamics(neuron, Pointer(threshold)[0]), default(PlainCurrent), current, membrane, spikes, samples);
        }
    }

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples) =>
        surrogate.Hand(new NeuronGradientUser(this, neuron, membrane, Pointer(threshold)[0], spikeGradient, currentGradient, accumulate,
            thresholdGradient, samples));

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) =>
        Steps(membrane, spikeGradient, currentGradient, null, new NeuronRateBackward(Pointer(threshold)[0], accumulate), samples);

    private void Fire<TCurrent>(NeuronDynamics dynamics, TCurrent current, Activation input, Activation? membrane, Activation spikes, int samples)
        where TCurrent : struct, ICurrent
    {
        var pieces = Pieces(input, samples);
        if (spikes.Shape.IsBits)
        {
            workers.Run(pieces, new NeuronJob<TCurrent, BitLanes>(dynamics, current, input, membrane, spikes, samples));
        }
        else
        {
            workers.Run(pieces, new NeuronJob<TCurrent, StepLanes>(dynamics, current, input, membrane, spikes, samples));
        }
    }

    private readonly struct NeuronGradientUser(
        CpuBackend backend, NeuronModel neuron, Activation membrane, float threshold, Activation spikeGradient, Activation currentGradient,
        bool accumulate, DeviceBuffer? thresholdGradient, int samples) : ISurrogateUser
    {
        public void Use<TSurrogate>(TSurrogate surrogate)
            where TSurrogate : struct, ISurrogate
        {
            var pieces = Pieces(membrane, samples);
            var sums = backend.Scratch(pieces);
            backend.Steps(membrane, spikeGradient, currentGradient, sums,
                new NeuronBackward<TSurrogate>(neuron, surrogate, threshold, accumulate), samples);
            if (thresholdGradient is not null)
            {
                Pointer(thresholdGradient)[0] += (float)Total(sums, pieces);
            }
        }
    }
}
