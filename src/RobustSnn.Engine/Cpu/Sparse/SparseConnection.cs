using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// A pruned layer: its list by outputs, and, from the first backward pass or the first quiet image on, its list by inputs. Weights are used
/// where they lie; those by inputs are copied once after every change.
/// </summary>
internal sealed unsafe class SparseConnection : Connection
{
    private const int WidestByColumns = 32;
    private const int UsesToPay = 24;
    private const int EventConnections = 16;
    private const double EventShare = 0.16; // of active inputs, below which events are faster

    private readonly SparseRows forward;
    private readonly Dictionary<(SparseRows, OperandLayout), nint> offsets = [];
    private NativeBuffer laidOut = new(0); // what a pass reads, where it does not read it as it lies
    private Unfolding? unfolding;
    private BackwardRows[]? backward;
    private bool backwardStale = true;
    private bool hasHadEvents;

    public SparseConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern)
        : base(geometry, weights, pattern) =>
        forward = SparseRows.Of(GatherClass.Forward(geometry)[0], pattern, geometry, backward: false, out _);

    /// <inheritdoc/>
    public override long InferenceBytes =>
        Weights.Length * sizeof(float) + forward.Bytes
        + (hasHadEvents && backward is [var byInputs, ..] ? byInputs.List.Bytes + byInputs.Values.Length * sizeof(float) : 0);

    /// <summary>Whether each active input finds enough connections in a chunk for events to pay.</summary>
    private bool HasEvents =>
        Pattern!.Count >= EventConnections * Geometry.Inputs * ((Geometry.Outputs - 1) / SparseRows.MostChunkChannels + 1);

    private float* Values => ((NativeBuffer)Weights).Pointer;

    public void Invalidate() => backwardStale = true;

    public void Convolve(Workers workers, VectorWidth width, float* bias, Activation input, Activation output, int samples) =>
        Gather(workers, width, forward, Values, input, output, bias, false, samples);

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
        (input.Shape.IsBits || input.Shape.Lanes.Steps == 1 || input.Shape.Lanes.Lanes <= OperandLayout.FewLanes || forward.Chunks == 1)
        && forward.Panels == 1;

    /// <summary>Whether it takes means over windows of this input, which <see cref="FiresFrom"/> then holds of as well.</summary>
    public bool FiresFromMeans(Activation input) => OperandLayout.IsByte(input.Shape) && forward.Panels == 1;

    public void ConvolveNeuron(Workers workers, VectorWidth width, float* bias, NeuronModel neuron, float threshold, Activation input,
        Activation spikes, int samples)
    {
        if (HasEvents && !Geometry.Pools(input.Shape) && SparseScatterJob.Takes(Geometry, input, spikes)
            && SparseScatterJob.CountActive(input) < EventShare * input.Shape.Count)
        {
            hasHadEvents = true;
            var byInputs = Backward()[0];
            var scatter = new SparseScatterJob(byInputs.List, byInputs.Values.Pointer, Geometry, input, spikes, bias, neuron, threshold);
            workers.Run(scatter.Pieces, scatter);
            return;
        }

        var (gather, operand) = TakeForNeurons(workers, input, samples);
        SparsePass.Run(
            new FirePass(forward, gather, Values, Offsets(forward, gather, operand.Layout), operand, spikes, bias, neuron, threshold, samples),
            operand.Layout, gather, width, workers);
    }

    public void WeightGradient(Workers workers, VectorWidth width, Activation input, Activation outputGradient, float* weightGradient,
        float* biasGradient, int samples)
    {
        var operand = Take(workers, forward, input, samples);
        SparsePass.Run(
            new WeightGradientPass(forward, Offsets(forward, forward.Class, operand.Layout), operand, outputGradient, weightGradient,
                biasGradient, samples),
            operand.Layout, forward.Class, width, workers);
    }

    public override void Dispose()
    {
        forward.Dispose();
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

    private void Gather(Workers workers, VectorWidth width, SparseRows rows, float* values, Activation source, Activation target, float* bias,
        bool accumulate, int samples)
    {
        var operand = Take(workers, rows, source, samples);
        SparsePass.Run(
            new GatherPass(rows, values, Offsets(rows, rows.Class, operand.Layout), operand, target, bias, accumulate, samples),
            operand.Layout, rows.Class, width, workers);
    }

    private BackwardRows[] Backward()
    {
        backward ??= [.. GatherClass.InputGradient(Geometry).Select(gather =>
        {
            var list = SparseRows.Of(gather, Pattern!, Geometry, backward: true, out var order);
            return new BackwardRows(list, new NativeBuffer(list.Count), order);
        })];
        if (backwardStale)
        {
            foreach (var rows in backward)
            {
                rows.Refresh(Values);
            }

            backwardStale = false;
        }

        return backward;
    }

    /// <summary>
    /// What a pass reads. Floats of few lanes are laid out by columns first, in memory that the connection keeps: a tile then spans many
    /// positions, and those lie far apart. With at most 8 lanes that always pays, with 32 where each value is used often.
    /// </summary>
    private Operand Take(Workers workers, SparseRows rows, Activation source, int samples)
    {
        rows.Class.CheckBorder(source.Shape);
        var lanes = source.Shape.Lanes;
        var isFew = lanes.Lanes <= OperandLayout.FewLanes && lanes.Steps > 1;
        return source.Shape.IsBits || !(isFew || (lanes.Width <= WidestByColumns && rows.Count >= UsesToPay * rows.Sources))
            ? Operand.Of(source)
            : ByColumns(workers, source, OperandLayout.ByColumns(source.Shape, isDense: false), samples);
    }

    /// <summary>The same for a pass whose sums are not stored as floats: what it reads may have the positions of a map side by side.</summary>
    private (GatherClass Gather, Operand Operand) TakeForNeurons(Workers workers, Activation source, int samples)
    {
        if (Geometry.Pools(source.Shape))
        {
            var pooled = Geometry.Pooled(source.Shape);
            forward.Class.CheckBorder(pooled);
            var means = Reserve(OperandLayout.ByColumns(pooled, isDense: false), pooled.Lanes);
            workers.Run(pooled.Rows + 2 * pooled.Border, new PoolByColumnsJob(source, pooled, means));
            return (forward.Class, means);
        }

        forward.Class.CheckBorder(source.Shape);
        if (Unfolding.Pays(forward.Class, source.Shape))
        {
            unfolding ??= new Unfolding(forward.Class, Geometry.Inputs);
            Reserve(unfolding.Words + BitLayout.Slack);
            var job = new Unfolding.Job(unfolding, source, (uint*)laidOut.Pointer);
            workers.Run(job.Pieces, job);
            return (unfolding.Class, new Operand(unfolding.Layout, (byte*)laidOut.Pointer, isStatic: false));
        }

        var isOneImage = !source.Shape.IsBits && source.Shape.Lanes.Lanes == 1 && forward.Class.SourceColumnStep == 1;
        return (forward.Class, isOneImage
            ? ByColumns(workers, source, OperandLayout.ByColumns(source.Shape, isDense: true), samples)
            : Take(workers, forward, source, samples));
    }

    private Operand ByColumns(Workers workers, Activation source, OperandLayout layout, int samples)
    {
        var target = Reserve(layout, source.Shape.Lanes);
        workers.Run(source.Shape.Lanes.BlocksOf(samples) * (source.Shape.Rows + 2 * source.Shape.Border), new ByColumnsJob(source, target));
        return target;
    }

    private Operand Reserve(OperandLayout layout, LaneLayout lanes)
    {
        Reserve(lanes.Blocks * layout.BlockStride / sizeof(float) + BitLayout.Slack);
        return new Operand(layout, (byte*)laidOut.Pointer, lanes.Steps == 1);
    }

    private void Reserve(long floats)
    {
        if (laidOut.Length < floats)
        {
            laidOut.Dispose();
            laidOut = new NativeBuffer(floats);
        }
    }

    /// <summary>Byte offset of each column of a list in a layout; made at the first pass over it.</summary>
    private int* Offsets(SparseRows rows, GatherClass gather, OperandLayout layout)
    {
        if (offsets.TryGetValue((rows, layout), out var known))
        {
            return (int*)known;
        }

        var taps = gather.Taps;
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
        SparseRows rows, GatherClass gather, float* values, int* offsets, Operand source, Activation spikes, float* bias, NeuronModel neuron,
        float threshold, int samples) : ISparsePass
    {
        public void Run<TLanes, TOperand>(Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            var job = new SparseNeuronJob<TLanes, TOperand>(rows, gather, values, offsets, source, spikes, bias, neuron, threshold,
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
