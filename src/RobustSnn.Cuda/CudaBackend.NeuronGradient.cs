using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>Neurons backward, whose membranes were kept (native/kernels/neuronGradient.cu).</summary>
public sealed partial class CudaBackend
{
    private Kernel<NeuronGradientArguments> NeuronGradientKernel => field ??= kernels.Load<NeuronGradientArguments>("neuronGradient", "neuronGradient");

    private Kernel<NeuronGradientArguments> NeuronSlopeGradientKernel =>
        field ??= kernels.Load<NeuronGradientArguments>("neuronGradient", "neuronSlopeGradient");

    private Kernel<NeuronGradientArguments> NeuronMeanGradientKernel =>
        field ??= kernels.Load<NeuronGradientArguments>("neuronGradient", "neuronMeanGradient");

    private Kernel<ThresholdSumsArguments> AddThresholdSumsKernel =>
        field ??= kernels.Load<ThresholdSumsArguments>("neuronGradient", "addThresholdSums");

    private Kernel<ThresholdSumsArguments> AddChannelThresholdSumsKernel =>
        field ??= kernels.Load<ThresholdSumsArguments>("neuronGradient", "addChannelThresholdSums");

    public void NeuronGradient(NeuronModel neuron, Surrogate surrogate, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, DeviceBuffer? thresholdGradient, int samples)
    {
        using var turn = TakeTurn();
        var sums = thresholdGradient is null ? 0 : scratch.Take(ThresholdSumBytes(membrane.Shape, samples));
        var arguments = BackwardArguments(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples) with
        {
            Surrogate = SurrogateView.Of(surrogate),
            ThresholdSums = sums,
        };
        NeuronGradientKernel.Launch(arguments.Walk.Size(membrane.Shape), arguments);
        if (thresholdGradient is not null)
        {
            AddThresholdSums(sums, threshold, thresholdGradient, membrane.Shape, samples);
        }
    }

    public void NeuronRateGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) =>
        BackByMeans(NeuronPath.Rate, neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);

    public void NeuronMeanCurrentGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) =>
        BackByMeans(NeuronPath.MeanCurrent, neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);

    public void NeuronMeanGradient(NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples) =>
        BackByMeans(NeuronPath.MeanGradient, neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples);

    public void NeuronSlopeGradient(NeuronModel neuron, Activation slopes, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var arguments = BackwardArguments(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples) with
        {
            Slopes = ActivationView.OfFloats(slopes),
        };
        NeuronSlopeGradientKernel.Launch(arguments.Walk.Size(membrane.Shape), arguments);
    }

    /// <summary>A path's number as the kernels have it.</summary>
    private static int NumberOf(NeuronPath path) => path switch
    {
        NeuronPath.Time => 0,
        NeuronPath.Rate => 1,
        NeuronPath.MeanCurrent => 2,
        NeuronPath.MeanGradient => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no way back through neurons"),
    };

    /// <summary>Bytes of dL/dv_th of each row and channel.</summary>
    private static long ThresholdSumBytes(ActivationShape shape, int samples) =>
        sizeof(double) * (long)LaunchSize.RowCount(shape, samples) * shape.Channels;

    private void BackByMeans(NeuronPath path, NeuronModel neuron, Activation membrane, DeviceBuffer threshold, Activation spikeGradient,
        Activation currentGradient, bool accumulate, int samples)
    {
        using var turn = TakeTurn();
        var arguments = BackwardArguments(neuron, membrane, threshold, spikeGradient, currentGradient, accumulate, samples) with
        {
            Path = NumberOf(path),
        };
        NeuronMeanGradientKernel.Launch(arguments.Walk.Size(membrane.Shape), arguments);
    }

    /// <summary>What every way back takes.</summary>
    private static NeuronGradientArguments BackwardArguments(NeuronModel neuron, Activation membrane, DeviceBuffer threshold,
        Activation spikeGradient, Activation currentGradient, bool accumulate, int samples) => new(
        ActivationView.OfFloats(membrane), default, ActivationView.OfFloats(spikeGradient), ActivationView.OfFloats(currentGradient),
        Thresholds(threshold, membrane.Shape.Channels), NeuronRule.Of(neuron), default, RateSlopeView.Of(neuron),
        ChannelWalk.BySamples(membrane.Shape, samples), NumberOf(NeuronPath.Time), accumulate ? 1 : 0, 0);

    /// <summary>Adds dL/dv_th of all rows, in their order, to the gradient of a threshold for all channels or of one a channel.</summary>
    private void AddThresholdSums(ulong sums, DeviceBuffer threshold, DeviceBuffer thresholdGradient, ActivationShape shape, int samples)
    {
        var rows = LaunchSize.RowCount(shape, samples);
        if (threshold.Length == 1)
        {
            AddThresholdSumsKernel.Launch(new LaunchSize(1), new ThresholdSumsArguments(sums, Changing(thresholdGradient, 1), rows, (uint)shape.Channels));
        }
        else
        {
            AddChannelThresholdSumsKernel.Launch(LaunchSize.Flat(shape.Channels),
                new ThresholdSumsArguments(sums, Changing(thresholdGradient, shape.Channels), rows, (uint)shape.Channels));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NeuronGradientArguments(
        ActivationView Membrane, ActivationView Slopes, ActivationView SpikeGradient, ActivationView CurrentGradient, ThresholdsView Thresholds,
        NeuronRule Rule, SurrogateView Surrogate, RateSlopeView RateSlope, ChannelWalk Walk, int Path, int Accumulate, ulong ThresholdSums);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ThresholdSumsArguments(ulong Sums, ulong Gradient, uint Rows, uint Channels);
}
