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
        Fire(neuron, new ChannelThresholds(threshold), new NormalisedCurrent(factors), factors, input, null, spikes, samples);
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

        neuron.Hand(new NormNeuronPass(this, gradient, (float)neuron.Leak, normalisation, input, Pointer(threshold)[0], spikeGradient, inputGradient, accumulate,
            currentFactors, slopes, null, null, memory, pieces));
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
        var isThroughTime = gradient.Path == NeuronPath.Time; // the others have no gradient of the threshold
        neuron.Hand(new NormNeuronPass(this, gradient, (float)neuron.Leak, normalisation, input, Pointer(threshold)[0], spikeGradient, spikeGradient, false, factors,
            null, sums, isThroughTime ? thresholdSums : null, (float*)memory, pieces));
        if (isThroughTime)
        {
            Pointer(thresholdGradient)[0] += (float)Total(thresholdSums, pieces);
        }

        FinishNormGradient(input, spikeGradient, normalisation.Scale, normalisation.Mean, normalisation.Variance, normalisation.Epsilon,
            inputGradient, accumulate, scaleGradient, shiftGradient, sums, pieces, factors, samples);
    }

    /// <summary>Floats of the membranes and current gradients of one vector of samples, for each piece; full blocks keep theirs on the stack.</summary>
    private static long NormNeuronWork(int pieces, Activation spikeGradient, NeuronGradient gradient) =>
        Routes.IsFullBlock(spikeGradient.Shape.Lanes) && gradient.Path == NeuronPath.Time ? 0 : NormNeuronWork(pieces, spikeGradient.Shape.Lanes);

    private static long NormNeuronWork(long pieces, LaneLayout lanes) => 2 * pieces * lanes.Steps * LaneLayout.VectorLanes;

    /// <summary>
    /// One backward run, of <see cref="FullBlockBackwardJob{TRule, TSurrogate}"/> or <see cref="NormNeuronBackwardJob{TRule, TOperator}"/>: all but
    /// its rule and its surrogate.
    /// </summary>
    private readonly struct NormNeuronPass(
        CpuBackend backend, NeuronGradient gradient, float leak, Normalisation normalisation, Activation input, float threshold,
        Activation spikeGradient, Activation target, bool accumulate, float* currentFactors, float* slopes, double* sums, double* thresholdSums, float* work, int pieces)
        : INeuronRuleUser
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule
        {
            switch (gradient.Path)
            {
                case NeuronPath.Time:
                    gradient.Surrogate.Hand(new WithRule<TRule>(this, rule));
                    break;
                case NeuronPath.Rate:
                    Run(rule, new NeuronRateBackward(threshold, false));
                    break;
                case NeuronPath.MeanCurrent:
                    Run(rule, new NeuronMeanCurrentBackward<TRule>(rule, leak, threshold, false));
                    break;
                case NeuronPath.MeanGradient:
                    Run(rule, new NeuronMeanBackward(threshold, false));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(gradient), gradient.Path, "no way back through neurons");
            }
        }

        private void RunThroughTime<TRule, TSurrogate>(TRule rule, TSurrogate surrogate)
            where TRule : struct, INeuronRule
            where TSurrogate : struct, ISurrogate
        {
            if (Routes.IsFullBlock(spikeGradient.Shape.Lanes))
            {
                backend.workers.Run(pieces, new FullBlockBackwardJob<TRule, TSurrogate>(rule, surrogate, threshold, currentFactors,
                    Pointer(normalisation.Mean), input, spikeGradient, target, accumulate, slopes, sums, thresholdSums));
            }
            else
            {
                Run(rule, new NeuronBackward<TRule, TSurrogate>(rule, surrogate, threshold, false));
            }
        }

        private void Run<TRule, TOperator>(TRule rule, TOperator op)
            where TRule : struct, INeuronRule
            where TOperator : struct, IStepOperator =>
            backend.workers.Run(pieces, new NormNeuronBackwardJob<TRule, TOperator>(rule, threshold, new NormalisedCurrent(currentFactors), op, input,
                spikeGradient, target, accumulate, slopes, Pointer(normalisation.Mean), sums, thresholdSums, work));

        private readonly struct WithRule<TRule>(NormNeuronPass pass, TRule rule) : ISurrogateUser
            where TRule : struct, INeuronRule
        {
            public void Use<TSurrogate>(TSurrogate surrogate)
                where TSurrogate : struct, ISurrogate => pass.RunThroughTime(rule, surrogate);
        }
    }
}
