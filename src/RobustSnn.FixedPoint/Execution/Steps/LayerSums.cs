using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Sums;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>A layer's connections and what they read, ready for passes over a batch.</summary>
internal sealed unsafe class LayerSums
{
    private const int PiecesOfThread = 8;

    private readonly LayerSource source;
    private readonly NativeBuffer firstSum;
    private readonly int outputs;

    /// <param name="room">Where layers lay out what they read.</param>
    /// <param name="bias">What an output's only sum begins with; where its sign is not 1 or there are several sums, others add it.</param>
    public LayerSums(NativeHeap heap, ShortKernels kernels, FixedPointNetwork network, int layer, LaneMap input, int batch, UnfoldRoom room, int[] bias)
    {
        var geometry = network.Geometry(layer);
        var read = network.Network.Nodes[layer].Inputs.Head;
        outputs = geometry.Outputs;
        Grid = new WordGrid(geometry.OutputRows * geometry.OutputColumns, batch, kernels.WordPositions, kernels.TileWords);
        SumRange[] inputs = [.. Enumerable.Range(0, geometry.Inputs).Select(channel => SumBounds.Inputs(network, read, channel))];
        Rows = new ShortRows(heap, geometry, network.Weights[layer], inputs, bias);
        source = new LayerSource(heap, kernels.WordBytes(input.PositionBytes == LaneMap.CountBytes), input, geometry, Grid, batch, isLaidOut: false,
            room);
        firstSum = heap.Allocate(Rows.FirstSum.Length, ElementType.Int32);
        Rows.FirstSum.CopyTo(new Span<int>(firstSum.Integers, Rows.FirstSum.Length));
    }

    public WordGrid Grid { get; }

    public ShortRows Rows { get; }

    /// <summary>Whether counts are read, else spikes.</summary>
    public bool IsCounts => source.IsCounts;

    /// <summary>Lays out what is read.</summary>
    public void Prepare(Workers workers, int images) => source.Prepare(workers, images);

    public SumPass Pass(Workers workers, int images) => new(
        source.Data, source.OctetStride, source.Places, Rows.List(source.Offsets), firstSum.Integers, outputs, Grid.Sizes, Grid.TilesOf(images),
        workers.Count == 1 ? 1 : PiecesOfThread * workers.Count);
}
