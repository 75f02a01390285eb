using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed partial class CpuBackend
{
    public void AdaptSharpness(float scale, Activation membrane, DeviceBuffer threshold, Activation mean, Activation deviation,
        Activation slopes, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(membrane, samples), new SharpnessJob(scale, membrane, new ChannelThresholds(threshold), mean, deviation, slopes));
    }

    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        workers.Run(Pieces(membrane, samples), new SlopeBackwardJob(
            neuron, slopes, membrane, new ChannelThresholds(threshold), spikeGradient, currentGradient, accumulate));
    }
}
