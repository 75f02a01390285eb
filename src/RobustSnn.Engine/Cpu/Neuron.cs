using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        using var turn = TakeTurn();
        if (spikes.Shape.IsBits && Routes.IsFullBlock(spikes.Shape.Lanes))
        {
            workers.Run(Pieces(current, samples), new FullBlockFireJob(neuron, new ChannelThresholds(threshold), null, current, membrane, spikes, samples));
        }
        else
        {
            Fire(neuron, new ChannelThresholds(threshold), default(PlainCurrent), current, membrane, spikes, samples);
        }
    }

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        using var turn = TakeTurn();
        surrogate.Hand(new NeuronGradientUser(this, neuron, membrane, new ChannelThresholds(threshold), spikeGradient, currentGradient, accumulate,
            thresholdGradient, samples));
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var thresholds = new ChannelThresholds(threshold);
        if (thresholds.AreChannelwise)
        {
            workers.Run(Pieces(membrane, samples) * membrane.Shape.Channels, new ChannelJob<RateBackwards, NeuronRateBackward>(
                membrane, spikeGradient, currentGradient, null, new RateBackwards(thresholds, accumulate)));
            return;
        }

        Steps(membrane, spikeGradient, currentGradient, null, new NeuronRateBackward(thresholds.Of(0), accumulate), samples);
    }

    private void Fire<TCurrent>(NeuronModel neuron, ChannelThresholds thresholds, TCurrent current, Activation input, Activation? membrane, Activation spikes, int samples)
        where TCurrent : struct, ICurrent
    {
        var pieces = Pieces(input, samples);
        if (spikes.Shape.IsBits)
        {
            workers.Run(pieces, new NeuronJob<TCurrent, BitLanes>(neuron, thresholds, current, input, membrane, spikes, samples));
        }
        else
        {
            workers.Run(pieces, new NeuronJob<TCurrent, StepLanes>(neuron, thresholds, current, input, membrane, spikes, samples));
        }
    }

    private readonly struct NeuronGradientUser(
        CpuBackend backend, NeuronModel neuron, Activation membrane, ChannelThresholds thresholds, Activation spikeGradient, Activation currentGradient,
        bool accumulate, DeviceBuffer? thresholdGradient, int samples) : ISurrogateUser
    {
        public void Use<TSurrogate>(TSurrogate surrogate)
            where TSurrogate : struct, ISurrogate
        {
            var pieces = Pieces(membrane, samples);
            if (thresholds.AreChannelwise)
            {
                UseForChannels(surrogate, pieces);
                return;
            }

            var sums = backend.Scratch(pieces);
            backend.Steps(membrane, spikeGradient, currentGradient, sums,
                new NeuronBackward<TSurrogate>(neuron, surrogate, thresholds.Of(0), accumulate), samples);
            if (thresholdGradient is not null)
            {
                Pointer(thresholdGradient)[0] += (float)Total(sums, pieces);
            }
        }

        private void UseForChannels<TSurrogate>(TSurrogate surrogate, int pieces)
            where TSurrogate : struct, ISurrogate
        {
            var channels = membrane.Shape.Channels;
            var sums = backend.Scratch((long)pieces * channels);
            backend.workers.Run(pieces * channels, new ChannelJob<Backwards<TSurrogate>, NeuronBackward<TSurrogate>>(
                membrane, spikeGradient, currentGradient, sums, new Backwards<TSurrogate>(neuron, surrogate, thresholds, accumulate)));
            for (var channel = 0; channel < channels && thresholdGradient is not null; channel++)
            {
                var total = 0.0;
                for (var piece = 0; piece < pieces; piece++)
                {
                    total += sums[(long)piece * channels + channel];
                }

                Pointer(thresholdGradient)[channel] += (float)total;
            }
        }
    }

    private readonly struct Backwards<TSurrogate>(NeuronModel neuron, TSurrogate surrogate, ChannelThresholds thresholds, bool accumulate)
        : IChannelOperators<NeuronBackward<TSurrogate>>
        where TSurrogate : struct, ISurrogate
    {
        public NeuronBackward<TSurrogate> Of(int channel) => new(neuron, surrogate, thresholds.Of(channel), accumulate);
    }

    private readonly struct RateBackwards(ChannelThresholds thresholds, bool accumulate) : IChannelOperators<NeuronRateBackward>
    {
        public NeuronRateBackward Of(int channel) => new(thresholds.Of(channel), accumulate);
    }
}
