using System.Runtime.InteropServices;
using RobustSnn.Cuda.Kernels;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda;

/// <summary>Neurons forward, alone and behind BatchNorm (native/kernels/neuron.cu).</summary>
public sealed partial class CudaBackend
{
    private const int WarpLanes = 32;

    private Kernel<NeuronArguments> NeuronFloatsKernel => field ??= kernels.Load<NeuronArguments>("neuron", "neuronFloats");

    private Kernel<NeuronArguments> NeuronWordsKernel => field ??= kernels.Load<NeuronArguments>("neuron", "neuronWords");

    private Kernel<NeuronArguments> NeuronStringsKernel => field ??= kernels.Load<NeuronArguments>("neuron", "neuronStrings");

    private Kernel<PackWordsArguments> PackWordsKernel => field ??= kernels.Load<PackWordsArguments>("neuron", "packWords");

    public void Neuron(NeuronModel neuron, Activation current, DeviceBuffer threshold, Activation? membrane, Activation spikes, int samples)
    {
        using var turn = TakeTurn();
        Fire(default, neuron, current, threshold, membrane, spikes, samples);
    }

    public void NormNeuron(Normalisation normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation spikes, int samples)
    {
        using var turn = TakeTurn();
        Fire(View(normalisation, input.Shape.Channels), neuron, input, threshold, null, spikes, samples);
    }

    /// <summary>Whether a timestep of bits is whole words and more, or less than one: else words that warps have voted are packed afterwards.</summary>
    private static bool IsPackedAfterwards(ActivationShape spikes) =>
        spikes.IsBits && spikes.Lanes.BlockSamples > WarpLanes && spikes.Lanes.BlockSamples % WarpLanes != 0;

    /// <summary>Bytes of bits whose timesteps are whole words each.</summary>
    private static long PaddedBytes(ActivationShape spikes, int samples)
    {
        var stepWords = (spikes.Lanes.BlockSamples + WarpLanes - 1) / WarpLanes;
        return checked(LaunchSize.RowCount(spikes, samples) * (long)spikes.Columns * spikes.Channels * spikes.Lanes.Steps * stepWords * sizeof(uint));
    }

    private static ThresholdsView Thresholds(DeviceBuffer threshold, int channels) =>
        threshold.Length == 1 ? new(Reading(threshold, 1), 0) : new(Reading(threshold, channels), 1);

    private static NormalisationView View(Normalisation normalisation, int channels) => new(
        Reading(normalisation.Scale, channels), Reading(normalisation.Shift, channels), Reading(normalisation.Mean, channels),
        Reading(normalisation.Variance, channels), normalisation.Epsilon);

    private void Fire(NormalisationView normalisation, NeuronModel neuron, Activation input, DeviceBuffer threshold, Activation? membrane,
        Activation spikes, int samples)
    {
        var shape = spikes.Shape;
        var walk = ChannelWalk.BySamples(shape, samples);
        var padded = IsPackedAfterwards(shape) ? scratch.Take(PaddedBytes(shape, samples)) : 0;
        var target = new ActivationView(spikes);
        var kernel = !shape.IsBits ? NeuronFloatsKernel : shape.Lanes.BlockSamples < WarpLanes ? NeuronStringsKernel : NeuronWordsKernel;
        kernel.Launch(walk.Size(shape), new NeuronArguments(
            ActivationView.OfFloats(input), membrane is null ? default : ActivationView.OfFloats(membrane), target, normalisation,
            Thresholds(threshold, shape.Channels), NeuronRule.Of(neuron), walk, padded));
        if (padded != 0)
        {
            var words = (long)shape.Channels * shape.Columns * (shape.Bits.PositionBytes / sizeof(uint));
            PackWordsKernel.Launch(LaunchSize.OfRows(shape, samples, words), new PackWordsArguments(padded, target, walk.Rows));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct NeuronArguments(
        ActivationView Input, ActivationView Membrane, ActivationView Spikes, NormalisationView Normalisation, ThresholdsView Thresholds,
        NeuronRule Rule, ChannelWalk Walk, ulong Padded);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct PackWordsArguments(ulong Padded, ActivationView Spikes, uint Rows);
}
