using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Sums;
using RobustSnn.Model;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>A layer of weights over spikes or counts, with the neurons that alone read it.</summary>
internal sealed unsafe class SpikingLayerStep : Step
{
    private readonly Workers workers;
    private readonly ShortKernels kernels;
    private readonly LayerSums sums;
    private readonly LaneMap output;
    private readonly NativeBuffer targets;
    private readonly NativeBuffer neurons;
    private readonly NativeBuffer isShort;
    private readonly NeuronModel dynamics;
    private readonly int timesteps;

    /// <param name="layer">The node of the layer.</param>
    /// <param name="neuron">The node of the neurons.</param>
    public SpikingLayerStep(
        NativeHeap heap, Workers workers, ShortKernels kernels, FixedPointNetwork network, int layer, int neuron, LaneMap input, LaneMap output, int batch)
    {
        (this.workers, this.kernels, this.output) = (workers, kernels, output);
        dynamics = network.Network.Neurons;
        timesteps = network.Timesteps;
        var its = network.Neurons[neuron];
        var channels = its.Thresholds.Length;
        var bias = network.Weights[layer].Bias;

        // Biases that leave 32 bits together make a membrane do so, which has been refused.
        int[] together = [.. Enumerable.Range(0, channels).Select(channel => its.Signs[channel] * bias[channel] + its.Bias[channel])];
        sums = new LayerSums(heap, kernels, network, layer, input, batch, [.. together.Select((each, channel) => its.Signs[channel] == 1 ? each : 0)]);
        targets = sums.Grid.Targets(heap, output);
        neurons = heap.AllocateBytes((long)channels * sizeof(IntNeurons));
        isShort = heap.AllocateBytes(channels);
        for (var channel = 0; channel < channels; channel++)
        {
            var isNarrow = sums.Rows.IsOneSum[channel] && its.Signs[channel] == 1 && its.Thresholds[channel] <= short.MaxValue
                && network.Bounds.Membranes(neuron)[channel].Fits16;
            ((bool*)isShort.Memory)[channel] = isNarrow;

            // The only sum of an output begins with all of its bias.
            var left = sums.Rows.IsOneSum[channel] && its.Signs[channel] == 1 ? 0 : together[channel];
            ((IntNeurons*)neurons.Memory)[channel] = new IntNeurons(its.Thresholds[channel], its.Signs[channel], left, network.LeakShift ?? 0);
        }
    }

    public override long ConnectionBytes => sums.Rows.Bytes;

    public override void Run(int images)
    {
        sums.Prepare(workers, images);
        var to = new FiringTargets(output.Data, output.OctetStride, output.ChannelStride, (long*)targets.Memory, (IntNeurons*)neurons.Memory,
            (bool*)isShort.Memory, timesteps);
        kernels.Fire(workers, sums.Pass(workers, images), sums.IsCounts, to, dynamics);
    }
}
