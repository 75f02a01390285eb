using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Sums;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>A layer of weights over spikes or counts whose currents others than one layer of neurons read.</summary>
internal sealed unsafe class CurrentStep : Step
{
    private readonly Workers workers;
    private readonly ShortKernels kernels;
    private readonly LayerSums sums;
    private readonly CurrentMap output;
    private readonly NativeBuffer bias;

    public CurrentStep(
        NativeHeap heap, Workers workers, ShortKernels kernels, FixedPointNetwork network, int layer, LaneMap input, CurrentMap output, int batch,
        UnfoldRoom room)
    {
        (this.workers, this.kernels, this.output) = (workers, kernels, output);
        var its = network.Weights[layer].Bias;
        sums = new LayerSums(heap, kernels, network, layer, input, batch, room, its);
        bias = heap.Allocate(its.Length, ElementType.Int32);
        for (var channel = 0; channel < its.Length; channel++)
        {
            bias.Integers[channel] = sums.Rows.IsOneSum[channel] ? 0 : its[channel];
        }
    }

    public override long ConnectionBytes => sums.Rows.Bytes;

    public override void Run(int images)
    {
        sums.Prepare(workers, images);
        kernels.Convolve(workers, sums.Pass(workers, images), sums.IsCounts, new CurrentTarget(output.Data, output.Steps, output.StepStride, bias.Integers));
    }
}
