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
        Fire(neuron, new ChannelThresholds(threshold), default(PlainCurrent), null, current, membrane, spikes, samples);
    }

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        using var turn = TakeTurn();
        neuron.Hand(new NeuronGradientUser(this, surrogate, membrane, new ChannelThresholds(threshold), spikeGradient, currentGradient, accumulate,
            thresholdGradient, samples));
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var thresholds = new ChannelThresholds(threshold);
        Back<RateBackwards, NeuronRateBackward>(new RateBackwards(thresholds, accumulate), thresholds, membrane, spikeGradient, currentGradient, samples);
    }

    public void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        neuron.Hand(new MeanCurrentUser(this, (float)neuron.Leak, new ChannelThresholds(threshold), membrane, spikeGradient, currentGradient,
            accumulate, samples));
    }

    public void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var thresholds = new ChannelThresholds(threshold);
        Back<MeanBackwards, NeuronMeanBackward>(new MeanBackwards(thresholds, accumulate), thresholds, membrane, spikeGradient, currentGradient, samples);
    }

    /// <summary>Membranes and spike gradients to current gradients, with an operator for all channels or one for each.</summary>
    private void Back<TOperators, TOperator>(TOperators operators, ChannelThresholds thresholds, Activation membrane, Activation spikeGradient,
        Activation currentGradient, int samples)
        where TOperators : struct, IChannelOperators<TOperator>
        where TOperator : struct, IStepOperator
    {
        if (thresholds.AreChannelwise)
        {
            workers.Run(Pieces(membrane, samples) * membrane.Shape.Channels,
                new ChannelJob<TOperators, TOperator>(membrane, spikeGradient, currentGradient, null, operators));
        }
        else
        {
            Steps(membrane, spikeGradient, currentGradient, null, operators.Of(0), samples);
        }
    }

    /// <param name="factors">What <paramref name="current"/> multiplies with and adds, two a channel; null where it does not.</param>
    private void Fire<TCurrent>(NeuronModel neuron, ChannelThresholds thresholds, TCurrent current, float* factors, Activation input,
        Activation? membrane, Activation spikes, int samples)
        where TCurrent : struct, ICurrent =>
        neuron.Hand(new FireUser<TCurrent>(workers, thresholds, current, factors, input, membrane, spikes, samples));

    private readonly struct FireUser<TCurrent>(
        Workers workers, ChannelThresholds thresholds, TCurrent current, float* factors, Activation input, Activation? membrane, Activation spikes,
        int samples) : INeuronRuleUser
        where TCurrent : struct, ICurrent
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule
        {
            var pieces = Pieces(input, samples);
            if (!spikes.Shape.IsBits)
            {
                workers.Run(pieces, new NeuronJob<TRule, TCurrent, StepLanes>(rule, thresholds, current, input, membrane, spikes, samples));
            }
            else if (Routes.IsFullBlock(spikes.Shape.Lanes))
            {
                workers.Run(pieces, new FullBlockFireJob<TRule>(rule, thresholds, factors, input, membrane, spikes, samples));
            }
            else
            {
                workers.Run(pieces, new NeuronJob<TRule, TCurrent, BitLanes>(rule, thresholds, current, input, membrane, spikes, samples));
            }
        }
    }

    /// <summary>The backward pass of neurons alone: all but its rule and its surrogate.</summary>
    private readonly struct NeuronGradientUser(
        CpuBackend backend, Surrogate surrogate, Activation membrane, ChannelThresholds thresholds, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples) : INeuronRuleUser
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule => surrogate.Hand(new WithRule<TRule>(this, rule));

        private void Run<TRule, TSurrogate>(TRule rule, TSurrogate surrogate)
            where TRule : struct, INeuronRule
            where TSurrogate : struct, ISurrogate
        {
            var pieces = Pieces(membrane, samples);
            if (thresholds.AreChannelwise)
            {
                RunForChannels(rule, surrogate, pieces);
                return;
            }

            var sums = backend.Scratch(pieces);
            backend.Steps(membrane, spikeGradient, currentGradient, sums,
                new NeuronBackward<TRule, TSurrogate>(rule, surrogate, thresholds.Of(0), accumulate), samples);
            if (thresholdGradient is not null)
            {
                Pointer(thresholdGradient)[0] += (float)Total(sums, pieces);
            }
        }

        private void RunForChannels<TRule, TSurrogate>(TRule rule, TSurrogate surrogate, int pieces)
            where TRule : struct, INeuronRule
            where TSurrogate : struct, ISurrogate
        {
            var channels = membrane.Shape.Channels;
            var sums = backend.Scratch((long)pieces * channels);
            backend.workers.Run(pieces * channels, new ChannelJob<Backwards<TRule, TSurrogate>, NeuronBackward<TRule, TSurrogate>>(
                membrane, spikeGradient, currentGradient, sums, new Backwards<TRule, TSurrogate>(rule, surrogate, thresholds, accumulate)));
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

        private readonly struct WithRule<TRule>(NeuronGradientUser user, TRule rule) : ISurrogateUser
            where TRule : struct, INeuronRule
        {
            public void Use<TSurrogate>(TSurrogate surrogate)
                where TSurrogate : struct, ISurrogate => user.Run(rule, surrogate);
        }
    }

    private readonly struct Backwards<TRule, TSurrogate>(TRule rule, TSurrogate surrogate, ChannelThresholds thresholds, bool accumulate)
        : IChannelOperators<NeuronBackward<TRule, TSurrogate>>
        where TRule : struct, INeuronRule
        where TSurrogate : struct, ISurrogate
    {
        public NeuronBackward<TRule, TSurrogate> Of(int channel) => new(rule, surrogate, thresholds.Of(channel), accumulate);
    }

    private readonly struct RateBackwards(ChannelThresholds thresholds, bool accumulate) : IChannelOperators<NeuronRateBackward>
    {
        public NeuronRateBackward Of(int channel) => new(thresholds.Of(channel), accumulate);
    }

    private readonly struct MeanBackwards(ChannelThresholds thresholds, bool accumulate) : IChannelOperators<NeuronMeanBackward>
    {
        public NeuronMeanBackward Of(int channel) => new(thresholds.Of(channel), accumulate);
    }

    private readonly struct MeanCurrentBackwards<TRule>(TRule rule, float leak, ChannelThresholds thresholds, bool accumulate)
        : IChannelOperators<NeuronMeanCurrentBackward<TRule>>
        where TRule : struct, INeuronRule
    {
        public NeuronMeanCurrentBackward<TRule> Of(int channel) => new(rule, leak, thresholds.Of(channel), accumulate);
    }

    private readonly struct MeanCurrentUser(
        CpuBackend backend, float leak, ChannelThresholds thresholds, Activation membrane, Activation spikeGradient, Activation currentGradient,
        bool accumulate, int samples) : INeuronRuleUser
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule => backend.Back<MeanCurrentBackwards<TRule>, NeuronMeanCurrentBackward<TRule>>(
            new MeanCurrentBackwards<TRule>(rule, leak, thresholds, accumulate), thresholds, membrane, spikeGradient, currentGradient, samples);
    }
}
