using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>BatchNorm and neuron in one, backward (native/kernels/normNeuron.h).</summary>
public sealed partial class CudaBackend
{
    /// <summary>Timesteps whose membranes fit into registers.</summary>
    private const int MostInRegisters = 16;

    /// <summary>Blocks of threads whose membranes are in memory: enough for any card, and few enough for their memory to be small.</summary>
    private const uint MostBlocksInMemory = 512;

    private Kernel<NormNeuronGradientArguments> NormNeuronGradient8Kernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronGradient", "normNeuronGradient8");

    private Kernel<NormNeuronGradientArguments> NormNeuronGradient16Kernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronGradient", "normNeuronGradient16");

    private Kernel<NormNeuronGradientArguments> NormNeuronGradientKernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronGradient", "normNeuronGradient");

    private Kernel<NormNeuronGradientArguments> NormNeuronMeanGradientKernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronGradient", "normNeuronMeanGradient");

    private Kernel<NormNeuronGradientArguments> NormNeuronFixedGradient8Kernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronFixedGradient", "normNeuronFixedGradient8");

    private Kernel<NormNeuronGradientArguments> NormNeuronFixedGradient16Kernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronFixedGradient", "normNeuronFixedGradient16");

    private Kernel<NormNeuronGradientArguments> NormNeuronFixedGradientKernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronFixedGradient", "normNeuronFixedGradient");

    private Kernel<NormNeuronGradientArguments> NormNeuronFixedMeanGradientKernel =>
        field ??= kernels.Load<NormNeuronGradientArguments>("normNeuronFixedGradient", "normNeuronFixedMeanGradient");

    public void NormNeuronFixedGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input,
        DeviceBuffer threshold, Activation spikeGradient, Activation inputGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var membraneBytes = MembraneBytes(gradient.Path, spikeGradient.Shape, samples);
        var membranes = membraneBytes == 0 ? 0 : scratch.Take(membraneBytes);
        var arguments = NormBackwardArguments(normalisation, neuron, gradient, input, threshold, spikeGradient, inputGradient, samples) with
        {
            Accumulate = accumulate ? 1 : 0,
            Membranes = membranes,
        };
        var kernel = (gradient.Path, spikeGradient.Shape.Lanes.Steps) switch
        {
            (not NeuronPath.Time, _) => NormNeuronFixedMeanGradientKernel,
            (_, <= MostInRegisters / 2) => NormNeuronFixedGradient8Kernel,
            (_, <= MostInRegisters) => NormNeuronFixedGradient16Kernel,
            _ => NormNeuronFixedGradientKernel,
        };
        kernel.Launch(NormBackwardSize(membraneBytes != 0, spikeGradient.Shape, samples), arguments);
    }

    public void NormNeuronGradient(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient, Activation input, DeviceBuffer threshold,
        Activation spikeGradient, Activation inputGradient, bool accumulate, DeviceBuffer scaleGradient, DeviceBuffer shiftGradient,
        DeviceBuffer thresholdGradient, int samples)
    {
        using var turn = TakeTurn();
        var membraneBytes = MembraneBytes(gradient.Path, spikeGradient.Shape, samples);
        var normBytes = NormGradientBytes(input.Shape, samples);
        var thresholdBytes = ThresholdSumBytes(input.Shape, samples);
        var memory = scratch.Take(normBytes + thresholdBytes + membraneBytes);
        var isThroughTime = gradient.Path == NeuronPath.Time; // the others have no gradient of the threshold
        var arguments = NormBackwardArguments(normalisation, neuron, gradient, input, threshold, spikeGradient, spikeGradient, samples) with
        {
            Sums = NormSums(memory, input.Shape),
            ThresholdSums = isThroughTime ? memory + (ulong)normBytes : 0,
            Membranes = memory + (ulong)(normBytes + thresholdBytes),
        };
        var kernel = (isThroughTime, spikeGradient.Shape.Lanes.Steps) switch
        {
            (false, _) => NormNeuronMeanGradientKernel,
            (_, <= MostInRegisters / 2) => NormNeuronGradient8Kernel,
            (_, <= MostInRegisters) => NormNeuronGradient16Kernel,
            _ => NormNeuronGradientKernel,
        };
        kernel.Launch(NormBackwardSize(membraneBytes != 0, spikeGradient.Shape, samples), arguments);
        if (isThroughTime)
        {
            AddThresholdSums(arguments.ThresholdSums, threshold, thresholdGradient, input.Shape, samples);
        }

        FinishNormGradient(input, spikeGradient, arguments.Normalisation, inputGradient, accumulate, scaleGradient, shiftGradient, memory, samples);
    }

    /// <summary>Bytes of the membranes that are made anew in memory: a float a thread and timestep.</summary>
    private static long MembraneBytes(NeuronPath path, ActivationShape shape, int samples)
    {
        if (path != NeuronPath.Time || shape.Lanes.Steps <= MostInRegisters)
        {
            return 0;
        }

        var size = NormBackwardSize(true, shape, samples);
        return (long)sizeof(float) * shape.Lanes.Steps * size.X * size.Y * size.Threads;
    }

    private static LaunchSize NormBackwardSize(bool isInMemory, ActivationShape shape, int samples)
    {
        var walk = ChannelWalk.BySamples(shape, samples);
        return isInMemory ? walk.Size(shape, MostBlocksInMemory) : walk.Size(shape);
    }

    /// <param name="target">Where dL/dI goes, times BatchNorm's factor or as it is.</param>
    private static NormNeuronGradientArguments NormBackwardArguments(Normalisation normalisation, NeuronModel neuron, NeuronGradient gradient,
        Activation input, DeviceBuffer threshold, Activation spikeGradient, Activation target, int samples) => new(
        ActivationView.OfFloats(input), ActivationView.OfFloats(spikeGradient), ActivationView.OfFloats(target),
        View(normalisation, input.Shape.Channels), Thresholds(threshold, input.Shape.Channels), NeuronRule.Of(neuron),
        SurrogateView.Of(gradient.Surrogate), RateSlopeView.Of(neuron), ChannelWalk.BySamples(input.Shape, samples), NumberOf(gradient.Path), 0, 0, 0, 0);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NormNeuronGradientArguments(
        ActivationView Input, ActivationView SpikeGradient, ActivationView Target, NormalisationView Normalisation, ThresholdsView Thresholds,
        NeuronRule Rule, SurrogateView Surrogate, RateSlopeView RateSlope, ChannelWalk Walk, int Path, int Accumulate, ulong Sums,
        ulong ThresholdSums, ulong Membranes);
}
