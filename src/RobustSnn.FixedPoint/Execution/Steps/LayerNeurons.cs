using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>The neurons that alone read a layer, and how much of their work is done in the layer's sums.</summary>
internal sealed unsafe class LayerNeurons
{
    private readonly FixedPointNetwork network;
    private readonly int node;
    private readonly int[] together;

    /// <param name="layer">The node of the layer.</param>
    /// <param name="neuron">The node of the neurons.</param>
    public LayerNeurons(FixedPointNetwork network, int layer, int neuron)
    {
        (this.network, node) = (network, neuron);
        var its = network.Neurons[neuron];
        var bias = network.Weights[layer].Bias;

        // Biases that leave 31 bits together make a membrane do so, which has been refused.
        together = [.. Enumerable.Range(0, bias.Length).Select(channel => its.Signs[channel] * bias[channel] + its.Bias[channel])];
        SumBias = [.. together.Select((each, channel) => its.Signs[channel] == 1 ? each : 0)];
    }

    /// <summary>What an output's only sum begins with.</summary>
    public int[] SumBias { get; }

    /// <summary>Whether a channel's currents are their negatives or nothing.</summary>
    public bool IsTurned(int channel) => network.Neurons[node].Signs[channel] != 1;

    /// <summary>What kernels read.</summary>
    /// <param name="isOneSum">Whether an output's sum, with what it begins with, stays within 16 bits.</param>
    /// <param name="isWhole">Whether all sums have begun with <see cref="SumBias"/>; else those that are one.</param>
    public (NativeBuffer Neurons, NativeBuffer IsShort) Upload(NativeHeap heap, IReadOnlyList<bool> isOneSum, bool isWhole)
    {
        var its = network.Neurons[node];
        var neurons = heap.AllocateBytes((long)together.Length * sizeof(IntNeurons));
        var isShort = heap.AllocateBytes(together.Length);
        for (var channel = 0; channel < together.Length; channel++)
        {
            ((bool*)isShort.Memory)[channel] = isOneSum[channel] && !IsTurned(channel) && its.Thresholds[channel] <= short.MaxValue
                && network.Bounds.Membranes(node)[channel].Fits16;

            var left = (isWhole || isOneSum[channel]) && !IsTurned(channel) ? 0 : together[channel];
            ((IntNeurons*)neurons.Memory)[channel] = new IntNeurons(its.Thresholds[channel], its.Signs[channel], left, network.LeakShift ?? 0);
        }

        return (neurons, isShort);
    }
}
