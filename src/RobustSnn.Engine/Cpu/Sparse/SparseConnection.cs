using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Passes;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Sparse;

/// <summary>
/// A pruned layer, its connections listed in the orders that its passes walk them: by outputs, by inputs for the input gradient, and by inputs
/// and taps for events. A list is made at the first pass that asks for it. Weights by outputs are used where they lie; the others are copied
/// once after every change. Which pass runs which kernel is decided in <see cref="Routes"/>.
/// </summary>
internal sealed unsafe class SparseConnection : RoutedConnection
{
    private readonly GatherClass gather;
    private readonly Dictionary<(SparseRows, OperandLayout), NativeBuffer> offsets = [];
    private readonly NativeHeap heap;
    private readonly OperandScratch laidOut;
    private Unfolding? unfolding;
    private SparseRows? forward;
    private BackwardRows[]? backward;
    private long backwardVersion = -1; // of the weights that were copied
    private ScatterList? events;
    private long eventsVersion = -1;

    public SparseConnection(NativeHeap heap, ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern)
        : base(geometry, weights, pattern)
    {
        SparseRows.Check(geometry);
        this.heap = heap;
        laidOut = new OperandScratch(heap);
        gather = GatherClass.Forward(geometry)[0];
    }

    /// <inheritdoc/>
    public override long InferenceBytes =>
        (forward is null ? 0 : Weights.Length * sizeof(float) + forward.Bytes) + (events?.Bytes ?? 0);

    private SparseRows Forward => forward ??= SparseRows.Of(heap, gather, Pattern!, Geometry, backward: false, out _);

    private int Uses => Pattern!.Count / Geometry.Inputs;

    private float* Values => ((NativeBuffer)Weights).Pointer;

    public void Convolve(Workers workers, VectorWidth width, float* bias, Activation input, Activation output, int samples) =>
        Take(LayerPass.Forward, Gather(Kernel.ByOutputs, workers, width, Forward, Values, input, output, bias, false, samples));

    public void InputGradient(Workers workers, VectorWidth width, Activation outputGradient, Activation inputGradient, bool accumulate,
        int samples)
    {
        foreach (var rows in Backward())
        {
            Take(LayerPass.InputGradient,
                Gather(Kernel.ByInputs, workers, width, rows.List, rows.Values.Pointer, outputGradient, inputGradient, null, accumulate, samples));
        }
    }

    /// <summary>Whether <see cref="ConvolveNeuron"/> takes this input, or means over windows of it.</summary>
    public bool FiresFrom(Activation input, MeanWindow window) =>
        Routes.FiresAtOnce(Geometry, input.Shape, window, SparseRows.IsOnePanel(Geometry));

    public void ConvolveNeuron(Workers workers, VectorWidth width, float* bias, NeuronModel neuron, float threshold, Activation input,
        MeanWindow window, Activation spikes, int samples)
    {
        var blocks = input.Shape.Lanes.BlocksOf(samples);
        if (IsByEvents(input, window, spikes, blocks, out var active))
        {
            var list = Events(workers.Count / input.Shape.Lanes.Blocks);
            var (read, inputs) = TakeForEvents(workers, input, window, blocks);
            neuron.Hand(new EventPass(workers, list, inputs, Geometry, spikes, bias, threshold, blocks));
            Take(LayerPass.Forward, new Route(Kernel.ByEvents, read, inputs.Layout.IsBits, Fires: true, LaneLayout.FewLanes, active));
            return;
        }

        var reading = Routes.ReadingOfNeurons(gather, Uses, input.Shape, window);
        var (seen, operand) = TakeForNeurons(workers, reading, input, window, samples);
        var vectors = SparsePass.Run(
            new FirePass(Forward, seen, Values, Offsets(Forward, seen, operand.Layout), operand, spikes, bias, neuron, threshold, samples),
            operand.Layout, seen, width, workers);
        Take(LayerPass.Forward, new Route(Kernel.ByOutputs, reading, operand.Layout.IsBits, Fires: true, (int)vectors, active));
    }

    public void WeightGradient(Workers workers, VectorWidth width, Activation input, Activation outputGradient, float* weightGradient,
        float* biasGradient, int samples)
    {
        gather.CheckBorder(input.Shape);
        var reading = Routes.ReadingOf(Uses, input.Shape);
        var operand = LayOut(workers, reading, input, samples);
        var vectors = SparsePass.Run(
            new WeightGradientPass(Forward, Offsets(Forward, gather, operand.Layout), operand, outputGradient, weightGradient, biasGradient, samples),
            operand.Layout, gather, width, workers);
        Take(LayerPass.WeightGradient, new Route(Kernel.ByOutputs, reading, operand.Layout.IsBits, Fires: false, (int)vectors));
    }

    public override void Dispose()
    {
        forward?.Dispose();
        events?.Dispose();
        laidOut.Dispose();
        foreach (var rows in backward ?? [])
        {
            rows.Dispose();
        }

        foreach (var table in offsets.Values)
        {
            table.Dispose();
        }
    }

    /// <param name="active">Fraction of the inputs that is active, where it decides.</param>
    private bool IsByEvents(Activation input, MeanWindow window, Activation spikes, int blocks, out double? active)
    {
        active = null;
        if (!Routes.MayBeByEvents(Geometry, Pattern!.Count, input.Shape.Lanes, spikes.Shape.Lanes))
        {
            return false;
        }

        if (Routes.IsAlwaysByEvents(Geometry))
        {
            return true;
        }

        if (!input.Shape.IsBits || !window.IsOne)
        {
            return false;
        }

        var inputs = (long)blocks * input.Shape.Count * OperandLayout.Octets(input.Shape.Lanes);
        var count = ActivePositions.Count(input, blocks);
        active = (double)count / inputs;
        return Routes.IsQuiet(count, inputs);
    }

    private ScatterList Events(int pieces)
    {
        events ??= new ScatterList(heap, Geometry, Pattern!, Math.Max(1, pieces));
        if (eventsVersion != Weights.Version)
        {
            events.Fill(Values);
            eventsVersion = Weights.Version;
        }

        return events;
    }

    private Route Gather(Kernel kernel, Workers workers, VectorWidth width, SparseRows rows, float* values, Activation source, Activation target,
        float* bias, bool accumulate, int samples)
    {
        rows.Class.CheckBorder(source.Shape);
        var reading = Routes.ReadingOf(rows.Count / rows.Sources, source.Shape);
        var operand = LayOut(workers, reading, source, samples);
        var vectors = SparsePass.Run(
            new GatherPass(rows, values, Offsets(rows, rows.Class, operand.Layout), operand, target, bias, accumulate, samples),
            operand.Layout, rows.Class, width, workers);
        return new Route(kernel, reading, operand.Layout.IsBits, Fires: false, (int)vectors);
    }

    private BackwardRows[] Backward()
    {
        backward ??= BackwardRows.Of(heap, Geometry, Pattern!);
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

    /// <summary>What events read: spikes as they lie, or means over windows of them.</summary>
    private (Reading, Operand) TakeForEvents(Workers workers, Activation source, MeanWindow window, int blocks)
    {
        if (window.IsOne)
        {
            return (Reading.AsItLies, Operand.Of(source));
        }

        var reading = Routes.ReadingOfNeurons(gather, Uses, source.Shape, window);
        return (reading, Pool(workers, reading, source, window, blocks));
    }

    /// <summary>What a pass reads whose sums are not stored as floats, and which positions of it.</summary>
    private (GatherClass Seen, Operand Operand) TakeForNeurons(Workers workers, Reading reading, Activation source, MeanWindow window, int samples)
    {
        if (!window.IsOne)
        {
            return (gather, Pool(workers, reading, source, window, source.Shape.Lanes.BlocksOf(samples)));
        }

        gather.CheckBorder(source.Shape);
        if (reading != Reading.Unfolded)
        {
            return (gather, LayOut(workers, reading, source, samples));
        }

        unfolding ??= new Unfolding(gather, Geometry.Inputs);
        var words = laidOut.Reserve(unfolding.Layout, source.Shape.Lanes);
        var job = new Unfolding.Job(unfolding, source, Offsets(Forward, gather, OperandLayout.Of(source.Shape)), words.Data,
            source.Shape.Lanes.BlocksOf(samples));
        workers.Run(job.Pieces, job);
        return (unfolding.Class, words);
    }

    private Operand LayOut(Workers workers, Reading reading, Activation source, int samples) => reading == Reading.AsItLies
        ? Operand.Of(source)
        : Write(workers, source, OperandLayout.Of(source.Shape, reading), samples);

    private Operand Pool(Workers workers, Reading reading, Activation source, MeanWindow window, int blocks)
    {
        var pooled = window.Over(source.Shape, Geometry);
        gather.CheckBorder(pooled);
        var means = laidOut.ReserveFramed(OperandLayout.Of(pooled, reading), pooled.Lanes);
        workers.Run(blocks * pooled.Rows, new PoolByColumnsJob(source, pooled, means));
        return means;
    }

    /// <summary>Floats in another layout, in memory that the connection keeps.</summary>
    private Operand Write(Workers workers, Activation source, OperandLayout layout, int samples)
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
            return known.Integers;
        }

        var taps = reading.Taps;
        var memory = heap.Allocate((long)rows.Sources * taps.Length, ElementType.Int32);
        var table = memory.Integers;
        for (var channel = 0; channel < rows.Sources; channel++)
            for (var tap = 0; tap < taps.Length; tap++)
            {
                table[channel * taps.Length + tap] = checked(
                    channel * layout.ChannelStride + taps[tap].Row * layout.RowStride + taps[tap].Column * layout.ColumnStride);
            }

        offsets.Add((rows, layout), memory);
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
            neuron.Hand(new FiringUser<TLanes, TOperand>(this, workers));
        }

        private readonly struct FiringUser<TLanes, TOperand>(FirePass pass, Workers workers) : INeuronRuleUser
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            public void Use<TRule>(TRule rule)
                where TRule : struct, INeuronRule => pass.Run<TLanes, TOperand, TRule>(rule, workers);
        }

        private void Run<TLanes, TOperand, TRule>(TRule rule, Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
            where TRule : struct, INeuronRule
        {
            var job = new SparseNeuronJob<TLanes, TOperand, TRule>(rows, reading, values, offsets, source, spikes, bias, rule, threshold,
                spikes.Shape.Lanes.BlocksOf(samples));
            workers.Run(job.Pieces, job);
        }
    }

    private readonly struct EventPass(
        Workers workers, ScatterList list, Operand inputs, ConvolutionGeometry geometry, Activation spikes, float* bias, float threshold, int blocks)
        : INeuronRuleUser
    {
        public void Use<TRule>(TRule rule)
            where TRule : struct, INeuronRule
        {
            var job = new SparseScatterJob<TRule>(list, inputs, geometry, spikes, bias, rule, threshold, blocks);
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
}
