using System.Runtime.InteropServices;
using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Passes;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Sparse;

/// <summary>
/// A pruned layer, its connections listed in the orders that its passes walk them: by outputs, by inputs for the input gradient, and by inputs
/// and taps for events. A list is made at the first pass that asks for it. Weights by outputs are used where they lie; the others are copied
/// once after every change.
/// </summary>
internal sealed unsafe class SparseConnection : Connection
{
    private const int WidestByColumns = 32;
    private const int UsesToPay = 24;
    private const int AlwaysEvents = 16; // positions of a map with which events are faster whatever the share of active inputs
    private const double EventShare = 0.25; // of active inputs, below which they are faster on larger maps

    private readonly GatherClass gather;
    private readonly Dictionary<(SparseRows, OperandLayout), nint> offsets = [];
    private readonly OperandScratch laidOut = new();
    private Unfolding? unfolding;
    private SparseRows? forward;
    private BackwardRows[]? backward;
    private long backwardVersion = -1; // of the weights that were copied
    private ScatterList? events;
    private long eventsVersion = -1;

    public SparseConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern)
        : base(geometry, weights, pattern)
    {
        SparseRows.Check(geometry);
        gather = GatherClass.Forward(geometry)[0];
    }

    /// <inheritdoc/>
    public override long InferenceBytes =>
        (forward is null ? 0 : Weights.Length * sizeof(float) + forward.Bytes) + (events?.Bytes ?? 0);

    private SparseRows Forward => forward ??= SparseRows.Of(gather, Pattern!, Geometry, backward: false, out _);

    private int Uses => Pattern!.Count / Geometry.Inputs;

    private float* Values => ((NativeBuffer)Weights).Pointer;

    public void Convolve(Workers workers, VectorWidth width, float* bias, Activation input, Activation output, int samples) =>
        Gather(workers, width, Forward, Values, input, output, bias, false, samples);

    public void InputGradient(Workers workers, VectorWidth width, Activation outputGradient, Activation inputGradient, bool accumulate,
        int samples)
    {
        foreach (var rows in Backward())
        {
            Gather(workers, width, rows.List, rows.Values.Pointer, outputGradient, inputGradient, null, accumulate, samples);
        }
    }

    /// <summary>
    /// Whether <see cref="ConvolveNeuron"/> takes this input: bits, what is the same at every timestep, one image, or few channels. Other floats
    /// are better read a chunk of channels at a time.
    /// </summary>
    public bool FiresFrom(Activation input) =>
        (input.Shape.IsBits || input.Shape.Lanes.Steps == 1 || OperandLayout.IsByOctets(input.Shape.Lanes)
            || Geometry.Inputs <= SparseRows.MostChunkChannels)
        && SparseRows.IsOnePanel(Geometry);

    /// <summary>Whether it takes means over windows of this input, which <see cref="FiresFrom"/> then holds of as well.</summary>
    public bool FiresFromMeans(Activation input) => input.Shape.IsBits && OperandLayout.IsByOctets(input.Shape.Lanes) && SparseRows.IsOnePanel(Geometry);

    public void ConvolveNeuron(Workers workers, VectorWidth width, float* bias, NeuronModel neuron, float threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        var blocks = input.Shape.Lanes.BlocksOf(samples);
        if (HasEvents(input, window, spikes, blocks))
        {
            var list = Events(workers.Count / input.Shape.Lanes.Blocks);
            var job = new SparseScatterJob(list, TakeForEvents(workers, input, window, blocks), Geometry, spikes, bias, neuron, threshold, blocks);
            workers.Run(job.Pieces, job);
            return;
        }

        var (reading, operand) = TakeForNeurons(workers, input, window, samples);
        SparsePass.Run(
            new FirePass(Forward, reading, Values, Offsets(Forward, reading, operand.Layout), operand, spikes, bias, neuron, threshold, samples),
            operand.Layout, reading, width, workers);
    }

    public void WeightGradient(Workers workers, VectorWidth width, Activation input, Activation outputGradient, float* weightGradient,
        float* biasGradient, int samples)
    {
        var operand = Take(workers, gather, Uses, input, samples);
        SparsePass.Run(
            new WeightGradientPass(Forward, Offsets(Forward, gather, operand.Layout), operand, outputGradient, weightGradient, biasGradient, samples),
            operand.Layout, gather, width, workers);
    }

    public override void Dispose()
    {
        forward?.Dispose();
        events?.Dispose();
        laidOut.Dispose();
        foreach (var rows in backward ?? [])
        {
            rows.List.Dispose();
            rows.Values.Dispose();
        }

        foreach (var table in offsets.Values)
        {
            NativeMemory.AlignedFree((void*)table);
        }
    }

    /// <summary>Whether events are faster: an image at a time, of at most 8 steps, on a small map, or on a map of which little is active.</summary>
    private bool HasEvents(Activation input, MeanWindow window, Activation spikes, int blocks) =>
        input.Shape.Lanes == spikes.Shape.Lanes && input.Shape.Lanes.BlockSamples == 1 && OperandLayout.IsByOctets(input.Shape.Lanes)
        && ScatterList.Takes(Geometry, Pattern!)
        && (Geometry.InputRows * Geometry.InputColumns <= AlwaysEvents
            || (input.Shape.IsBits && window.IsOne
                && ActivePositions.Count(input, blocks) < EventShare * blocks * input.Shape.Count * OperandLayout.Octets(input.Shape.Lanes)));

    private ScatterList Events(int pieces)
    {
        events ??= new ScatterList(Geometry, Pattern!, Math.Max(1, pieces));
        if (eventsVersion != Weights.Version)
        {
            events.Fill(Values);
            eventsVersion = Weights.Version;
        }

        return events;
    }

    private void Gather(Workers workers, VectorWidth width, SparseRows rows, float* values, Activation source, Activation target, float* bias,
        bool accumulate, int samples)
    {
        var operand = Take(workers, rows.Class, rows.Count / rows.Sources, source, samples);
        SparsePass.Run(
            new GatherPass(rows, values, Offsets(rows, rows.Class, operand.Layout), operand, target, bias, accumulate, samples),
            operand.Layout, rows.Class, width, workers);
    }

    private BackwardRows[] Backward()
    {
        backward ??= [.. GatherClass.InputGradient(Geometry).Select(reading =>
        {
            var list = SparseRows.Of(reading, Pattern!, Geometry, backward: true, out var order);
            return new BackwardRows(list, new NativeBuffer(list.Count), order);
        })];
        if (backwardVersion != Weights.Version)
        {
            foreach (var rows in backward)
            {
                rows.Refresh(Values);
            }

            backwardVersion = Weights.Version;
        }

        return backward;
    }

    /// <summary>
    /// What a pass reads. Floats of few lanes are laid out by columns first, in memory that the connection keeps: a tile then spans many
    /// positions, and those lie far apart. With at most 8 lanes that always pays, with 32 where each value is used often.
    /// </summary>
    /// <param name="reading">Which targets read which sources.</param>
    /// <param name="uses">Connections of a source.</param>
    private Operand Take(Workers workers, GatherClass reading, int uses, Activation source, int samples)
    {
        reading.CheckBorder(source.Shape);
        var lanes = source.Shape.Lanes;
        var isFew = lanes.Lanes <= OperandLayout.FewLanes && lanes.Steps > 1;
        return source.Shape.IsBits || !(isFew || (lanes.Width <= WidestByColumns && uses >= UsesToPay))
            ? Operand.Of(source)
            : ByColumns(workers, source, OperandLayout.ByColumns(source.Shape, isDense: false), samples);
    }

    /// <summary>The same for events: positions of at most 8 lanes, next to each other or not.</summary>
    private Operand TakeForEvents(Workers workers, Activation source, MeanWindow window, int blocks) =>
        window.IsOne ? Operand.Of(source) : PoolByColumns(workers, source, window, blocks);

    /// <summary>The same for a pass whose sums are not stored as floats: what it reads may have the positions of a map side by side.</summary>
    private (GatherClass Reading, Operand Operand) TakeForNeurons(Workers workers, Activation source, MeanWindow window, int samples)
    {
        if (!window.IsOne)
        {
            return (gather, PoolByColumns(workers, source, window, source.Shape.Lanes.BlocksOf(samples)));
        }

        gather.CheckBorder(source.Shape);
        if (Unfolding.Pays(gather, source.Shape))
        {
            unfolding ??= new Unfolding(gather, Geometry.Inputs);
            var words = laidOut.Reserve(unfolding.Layout, source.Shape.Lanes);
            var job = new Unfolding.Job(unfolding, source, Offsets(Forward, gather, OperandLayout.Of(source.Shape)), words.Data,
                source.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
            return (unfolding.Class, words);
        }

        var isOneImage = !source.Shape.IsBits && source.Shape.Lanes.Lanes == 1 && gather.SourceColumnStep == 1;
        var isByOctets = !source.Shape.IsBits && source.Shape.Lanes.Lanes > LaneLayout.FewLanes && OperandLayout.IsByOctets(source.Shape.Lanes);
        return (gather, isOneImage ? ByColumns(workers, source, OperandLayout.ByColumns(source.Shape, isDense: true), samples)
            : isByOctets ? ByColumns(workers, source, OperandLayout.ByOctets(source.Shape), samples)
            : Take(workers, gather, Uses, source, samples));
    }

    private Operand PoolByColumns(Workers workers, Activation source, MeanWindow window, int blocks)
    {
        var pooled = window.Over(source.Shape, Geometry);
        gather.CheckBorder(pooled);
        var layout = pooled.Lanes.Lanes <= LaneLayout.FewLanes ? OperandLayout.ByColumns(pooled, isDense: false) : OperandLayout.ByOctets(pooled);
        var means = laidOut.ReserveFramed(layout, pooled.Lanes);
        workers.Run(blocks * pooled.Rows, new PoolByColumnsJob(source, pooled, means));
        return means;
    }

    private Operand ByColumns(Workers workers, Activation source, OperandLayout layout, int samples)
    {
        var target = laidOut.Reserve(layout, source.Shape.Lanes);
        workers.Run(source.Shape.Lanes.BlocksOf(samples) * (source.Shape.Rows + 2 * source.Shape.Border), new ByColumnsJob(source, target));
        return target;
    }

    /// <summary>Byte offset of each column of a list in a layout; made at the first pass over it.</summary>
    private int* Offsets(SparseRows rows, GatherClass reading, OperandLayout layout)
    {
        if (offsets.TryGetValue((rows, layout), out var known))
        {
            return (int*)known;
        }

        var taps = reading.Taps;
        var table = (int*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, rows.Sources * taps.Length) * sizeof(int), 64);
        for (var channel = 0; channel < rows.Sources; channel++)
            for (var tap = 0; tap < taps.Length; tap++)
            {
                table[channel * taps.Length + tap] = checked(
                    channel * layout.ChannelStride + taps[tap].Row * layout.RowStride + taps[tap].Column * layout.ColumnStride);
            }

        offsets.Add((rows, layout), (nint)table);
        return table;
    }

    private readonly struct GatherPass(
        SparseRows rows, float* values, int* offsets, Operand source, Activation target, float* bias, bool accumulate, int samples) : ISparsePass
    {
        public void Run<TLanes, TOperand>(Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            var job = new SparseGatherJob<TLanes, TOperand>(rows, values, offsets, source, target, bias, accumulate,
                target.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
        }
    }

    private readonly struct FirePass(
        SparseRows rows, GatherClass reading, float* values, int* offsets, Operand source, Activation spikes, float* bias, NeuronModel neuron,
        float threshold, int samples) : ISparsePass
    {
        public void Run<TLanes, TOperand>(Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            var job = new SparseNeuronJob<TLanes, TOperand>(rows, reading, values, offsets, source, spikes, bias, neuron, threshold,
                spikes.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
        }
    }

    private readonly struct WeightGradientPass(
        SparseRows rows, int* offsets, Operand input, Activation outputGradient, float* weightGradient, float* biasGradient, int samples)
        : ISparsePass
    {
        public void Run<TLanes, TOperand>(Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            var job = new SparseWeightGradientJob<TLanes, TOperand>(rows, offsets, input, outputGradient, weightGradient, biasGradient,
                outputGradient.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
        }
    }

    /// <summary>The list of one class of the input gradient.</summary>
    private sealed record BackwardRows(SparseRows List, NativeBuffer Values, int[] Order)
    {
        public void Refresh(float* weights)
        {
            for (var i = 0; i < Order.Length; i++)
            {
                Values.Pointer[i] = weights[Order[i]];
            }
        }
    }
}
