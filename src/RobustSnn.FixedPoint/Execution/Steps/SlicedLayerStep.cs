using System.Numerics;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.FixedPoint.Execution.Layout;
using RobustSnn.FixedPoint.Execution.Neurons;
using RobustSnn.FixedPoint.Execution.Slices;
using RobustSnn.FixedPoint.Execution.Sums;

namespace RobustSnn.FixedPoint.Execution.Steps;

/// <summary>A layer of weights over spikes, with the neurons that alone read it, summed bit by bit.</summary>
internal sealed unsafe class SlicedLayerStep : Step
{
    private const int PiecesOfThread = 8;

    private readonly Workers workers;
    private readonly FixedPointNetwork network;
    private readonly SlicedRows rows;
    private readonly LayerSource source;
    private readonly WordGrid grid;
    private readonly LaneMap output;
    private readonly NativeBuffer targets;
    private readonly NativeBuffer neurons;
    private readonly NativeBuffer isShort;
    private readonly CountPlanes? planes;

    private SlicedLayerStep(
        NativeHeap heap, Workers workers, FixedPointNetwork network, SlicedLayer layer, SlicedRows rows, LayerNeurons its, LaneMap input, LaneMap output,
        int batch, UnfoldRoom room)
    {
        (this.workers, this.network, this.rows, this.output) = (workers, network, rows, output);
        var geometry = layer.Geometry with { Inputs = layer.Geometry.Inputs * layer.InputBits };
        if (input.PositionBytes == LaneMap.CountBytes)
        {
            planes = new CountPlanes(heap, input, layer.InputBits, network.Timesteps, batch);
            input = planes.Planes;
        }

        grid = new WordGrid(geometry.OutputRows * geometry.OutputColumns, batch, LaneMap.OctetSteps, SlicedTurn.Positions / LaneMap.OctetSteps);
        source = new LayerSource(heap, LaneMap.OctetSteps, input, geometry, grid, batch, isLaidOut: true, room);
        targets = grid.Targets(heap, output);
        (neurons, isShort) = its.Upload(heap, layer.IsShort, isWhole: true);
    }

    public override long ConnectionBytes => rows.Bytes;

    /// <summary>The step, or null where this machine does not have the instructions, sums need more than 16 bits, or it would not be faster.</summary>
    /// <param name="layer">The node of the layer.</param>
    /// <param name="its">Its neurons.</param>
    public static SlicedLayerStep? Of(
        NativeHeap heap, Workers workers, FixedPointNetwork network, int layer, LayerNeurons its, LaneMap input, LaneMap output, int batch,
        UnfoldRoom room)
    {
        var sliced = new SlicedLayer(network, layer, its, input);
        if (!SlicedSums.IsSupported || !SlicedRoute.Pays(sliced.Geometry.Outputs, network.Weights[layer].Values, sliced.InputBits,
                (long)sliced.Geometry.OutputRows * sliced.Geometry.OutputColumns * batch) || !sliced.IsPossible)
        {
            return null;
        }

        var rows = new SlicedRows(heap, sliced.Geometry, network.Weights[layer], sliced.InputBits, its.SumBias, sliced.IsShort);
        if (Array.TrueForAll(rows.Levels, levels => levels <= SlicedSums.MostLevels))
        {
            return new SlicedLayerStep(heap, workers, network, sliced, rows, its, input, output, batch, room);
        }

        rows.Dispose();
        return null;
    }

    public override void Run(int images)
    {
        planes?.Run(workers, images);
        source.Prepare(workers, images);
        var tiles = grid.TilesOf(images);
        var pieces = workers.Count == 1 ? 1 : PiecesOfThread * workers.Count;
        var groups = Math.Clamp((pieces + tiles - 1) / tiles, 1, rows.Levels.Length);
        var pass = new SlicedPass(source.Data, source.OctetStride, source.TileBytes, tiles, (rows.Levels.Length + groups - 1) / groups);
        var to = new FiringTargets(output.Data, output.OctetStride, output.ChannelStride, (long*)targets.Memory, (IntNeurons*)neurons.Memory,
            (bool*)isShort.Memory, network.Timesteps);
        switch (network.Network.Neurons.Reset.IsHard, network.LeakShift is not null)
        {
            case (true, false):
                Run(new SlicedLayerJob<Hard>(pass, rows, to));
                break;
            case (false, false):
                Run(new SlicedLayerJob<Soft>(pass, rows, to));
                break;
            case (true, true):
                Run(new SlicedLayerJob<LeakyHard>(pass, rows, to));
                break;
            case (false, true):
                Run(new SlicedLayerJob<LeakySoft>(pass, rows, to));
                break;
        }
    }

    private void Run<TDynamics>(SlicedLayerJob<TDynamics> job)
        where TDynamics : struct, IDynamics => workers.Run(job.Pieces, job);
}

/// <summary>What is known of a layer before it is summed bit by bit.</summary>
internal sealed class SlicedLayer
{
    /// <param name="layer">The node.</param>
    public SlicedLayer(FixedPointNetwork network, int layer, LayerNeurons its, LaneMap input)
    {
        Geometry = network.Geometry(layer);
        InputBits = input.PositionBytes == 1 ? 1 : BitOperations.Log2((uint)network.Values[network.Network.Nodes[layer].Inputs.Head].Window) + 1;
        var bias = network.Weights[layer].Bias;
        SumRange[] sums = [.. network.Bounds.Currents(layer).Select((current, channel) =>
            current + new SumRange(its.SumBias[channel] - bias[channel], its.SumBias[channel] - bias[channel]))];
        IsShort = Array.ConvertAll(sums, sum => sum.Fits16);
        IsPossible = Array.TrueForAll(sums, sum => sum.Fits24) && (long)Geometry.Inputs * Geometry.Taps * InputBits < ushort.MaxValue;
    }

    public ConvolutionGeometry Geometry { get; }

    /// <summary>Bits of an input.</summary>
    public int InputBits { get; }

    /// <summary>Whether an output's current, with the bias that its sum begins with, is a 16-bit number.</summary>
    public bool[] IsShort { get; }

    /// <summary>Whether columns and places suffice.</summary>
    public bool IsPossible { get; }
}
