using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed partial class CpuBackend
{
    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation,
        Activation slopes, bool learns, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(membrane, samples),
            new SharpnessJob(scale, membrane, new ChannelThresholds(threshold), mean, deviation, slopes, learns));
    }

    public void PotentialSlopes(Activation membrane, DeviceBuffer threshold, Activation slopes, int samples)
    {
        using var turn = TakeTurn();
        var shape = membrane.Shape;
        workers.Run(shape.Lanes.BlocksOf(samples) * shape.Channels, new PotentialJob(membrane, new ChannelThresholds(threshold), slopes));
    }

    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        neuron.Hand(new SlopePass(this, slopes, membrane, new ChannelThresholds(threshold), spikeGradient, currentGradient, accumulate, samples));
    }

    private readonly struct SlopePass(
        CpuBackend backend, Activation slopes, Activation membrane, ChannelThresholds thresholds, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) : INeuronRuleUser
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule => backend.workers.Run(Pieces(membrane, samples),
            new SlopeBackwardJob<TRule>(rule, slopes, membrane, thresholds, spikeGradient, currentGradient, accumulate));
    }
}
