using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

public sealed unsafe partial class CpuBackend
{
    private const int FloatsInDouble = sizeof(double) / sizeof(float);

    public void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes,
        int samples)
    {
        using var turn = TakeTurn();
        var factors = (float*)Scratch(input.Shape.Channels);
        WriteFactors(normalisation, input.Shape.Channels, factors);
        if (spikes.Shape.IsBits && Routes.IsFullBlock(spikes.Shape.Lanes))
        {
            workers.Run(Pieces(input, samples), new FullBlockFireJob(neuron, new ChannelThresholds(threshold), factors, input, null, spikes, samples));
            return;
        }

        Fire(neuron, new ChannelThresholds(threshold), new NormalisedCurrent(factors), input, null, spikes, samples);
    }

    public void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var channels = input.Shape.Channels;
        var pieces = Pieces(input, samples);
        var work = NormNeuronWork(pieces, spikeGradient, gradient);
        var memory = (float*)Scratch((work + 3L * channels) / FloatsInDouble + 1);
        var currentFactors = memory + work;
        var slopes = currentFactors + 2 * channels;
        WriteFactors(normalisation, channels, currentFactors);
        for (var channel = 0; channel < channels; channel++)
        {
            slopes[channel] = currentFactors[2 * channel];
        }

        Backward(new NormNeuronPass(this, normalisation, neuron, input, Pointer(threshold)[0], spikeGradient, inputGradient, accumulate,
            currentFactors, slopes, null, null, memory, pieces), gradient);
    }

    public void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient,
        DeviceBuffer shiftGradient, DeviceBuffer thresholdGradient, int samples)
    {
        using var turn = TakeTurn();
        var channels = input.Shape.Channels;
        var pieces = Pieces(input, samples);
        var work = NormNeuronWork(pieces, spikeGradient, gradient);
        var partial = 2L * pieces * channels;
        var memory = Scratch(work / FloatsInDouble + partial + pieces + 2L * channels);
        var sums = memory + work / FloatsInDouble;
        var thresholdSums = sums + partial;
        var factors = (float*)(thresholdSums + pieces);
        WriteFactors(normalisation, channels, factors);
        var isThroughTime = !gradient.ThroughRate; // BPTR has no gradient of the threshold
        Backward(new NormNeuronPass(this, normalisation, neuron, input, Pointer(threshold)[0], spikeGradient, spikeGradient, false, factors,
            null, sums, isThroughTime ? thresholdSums : null, (float*)memory, pieces), gradient);
        if (isThroughTime)
        {
            Pointer(thresholdGradient)[0] += (float)Total(thresholdSums, pieces);
        }

        FinishNormGradient(input, spikeGradient, normalisation.Scale, normalisation.Mean, normalisation.Variance, normalisation.Epsilon,
            inputGradient, accumulate, scaleGradient, shiftGradient, sums, pieces, factors, samples);
    }

    /// <summary>Floats of the membranes and current gradients of one vector of samples, for each piece; full blocks keep theirs on the stack.</summary>
    private static long NormNeuronWork(int pieces, Activation spikeGradient, NeuronGradient gradient) =>
        Routes.IsFullBlock(spikeGradient.Shape.Lanes) && !gradient.ThroughRate ? 0 : 2L * pieces * spikeGradient.Shape.Lanes.Steps * LaneLayout.VectorLanes;

    private static void Backward(NormNeuronPass pass, NeuronGradient gradient)
    {
        if (gradient.ThroughRate)
        {
            pass.Rate();
        }
        else
        {
            gradient.Surrogate.Hand(pass);
        }
    }

    /// <summary>One backward run, of <see cref="FullBlockBackwardJob{TSurrogate}"/> or <see cref="NormNeuronBackwardJob{TOperator}"/>: all but its surrogate.</summary>
    private readonly struct NormNeuronPass(
        CpuBackend backend, Normalisation normalisation, NeuronModel neuron, Activation input, float threshold, Activation spikeGradient,
        Activation target, bool accumulate, float* currentFactors, float* slopes, double* sums, double* thresholdSums, float* work, int pieces)
        : ISurrogateUser
    {
        public void Use<TSurrogate>(TSurrogate surrogate)
            where TSurrogate : struct, ISurrogate
        {
            if (Routes.IsFullBlock(spikeGradient.Shape.Lanes))
            {
                backend.workers.Run(pieces, new FullBlockBackwardJob<TSurrogate>(neuron, surrogate, threshold, currentFactors,
                    Pointer(normalisation.Mean), input, spikeGradient, target, accumulate, slopes, sums, thresholdSums));
            }
            else
            {
                Run(new NeuronBackward<TSurrogate>(neuron, surrogate, threshold, false));
            }
        }

        public void Rate() => Run(new NeuronRateBackward(threshold, false));

        private void Run<TOperator>(TOperator op)
            where TOperator : struct, IStepOperator =>
            backend.workers.Run(pieces, new NormNeuronBackwardJob<TOperator>(new NeuronDynamics(neuron, threshold),
                new NormalisedCurrent(currentFactors), op, input, spikeGradient, target, accumulate, slopes, Pointer(normalisation.Mean), sums,
                thresholdSums, work));
    }
}
