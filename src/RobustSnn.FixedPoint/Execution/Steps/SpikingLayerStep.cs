using RobustSnn.Engine.Cpu.Machine;
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
    /// <param name="its">Its neurons.</param>
    public SpikingLayerStep(
        NativeHeap heap, Workers workers, ShortKernels kernels, FixedPointNetwork network, int layer, LayerNeurons its, LaneMap input, LaneMap output, int batch,
        UnfoldRoom room)
    {
        (this.workers, this.kernels, this.output) = (workers, kernels, output);
        dynamics = network.Network.Neurons;
        timesteps = network.Timesteps;
        sums = new LayerSums(heap, kernels, network, layer, input, batch, room, its.SumBias);
        targets = sums.Grid.Targets(heap, output);
        (neurons, isShort) = its.Upload(heap, sums.Rows.IsOneSum, isWhole: false);
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
