using System.Runtime.InteropServices;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// A pruned layer: its list by outputs, and, from the first backward pass on, its list by inputs. Weights are used where they lie; those by
/// inputs are copied once after every change.
/// </summary>
internal sealed unsafe class SparseConnection : Connection
{
    private const int ManyLanes = 64;
    private const int UsesToPay = 24;
    private const int EventConnections = 16;

    private readonly SparseRows forward;
    private readonly Dictionary<(SparseRows, OperandLayout), nint> offsets = [];
    private NativeBuffer? byColumns;
    private BackwardRows[]? backward;
    private bool backwardStale = true;

    public SparseConnection(ConvolutionGeometry geometry, DeviceBuffer weights, SparsityPattern pattern)
        : base(geometry, weights, pattern) =>
        forward = SparseRows.Of(GatherClass.Forward(geometry)[0], pattern, geometry, backward: false, out _);

    /// <inheritdoc/>
    public override long InferenceBytes => Weights.Length * sizeof(float) + forward.Bytes;

    /// <summary>
    /// Share of active inputs below which events are faster: on maps of up to 2 × 2, where tiles are half empty and half of what they read is
    /// border, nearly always; on larger ones where nearly everything is silent. Each active input has to find several connections in a chunk.
    /// </summary>
    private double EventShare => Pattern!.Count < EventConnections * Geometry.Inputs * ((Geometry.Outputs - 1) / SparseRows.ChunkChannels + 1)
        ? 0
        : Geometry.OutputRows * Geometry.OutputColumns <= 4 ? 0.7 : 0.16;

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
        && forward.Chunks <= forward.PanelChunks;

    public void ConvolveNeuron(Workers workers, VectorWidth width, float* bias, NeuronModel neuron, float threshold, Activation input,
        Activation spikes, int samples)
    {
        if (SparseScatterJob.Takes(Geometry, input, spikes) && SparseScatterJob.CountActive(input) < EventShare * input.Shape.Count)
        {
            var byInputs = Backward()[0];
            var scatter = new SparseScatterJob(byInputs.List, byInputs.Values.Pointer, Geometry, input, spikes, bias, neuron, threshold);
            workers.Run(scatter.Pieces, scatter);
            return;
        }

        var isOneImage = !input.Shape.IsBits && input.Shape.Lanes.Lanes == 1 && forward.Class.SourceColumnStep == 1;
        var operand = isOneImage
            ? ByColumns(workers, input, OperandLayout.ByColumns(input.Shape, isDense: true), samples)
            : Take(workers, forward, input, samples);
        SparsePass.Run(
            new FirePass(forward, Values, Offsets(forward, operand.Layout), operand, spikes, bias, neuron, threshold, samples),
            operand.Layout, forward.Class, width, workers);
    }

    public void WeightGradient(Workers workers, VectorWidth width, Activation input, Activation outputGradient, float* weightGradient,
        float* biasGradient, int samples)
    {
        var operand = Take(workers, forward, input, samples);
        SparsePass.Run(
            new WeightGradientPass(forward, Offsets(forward, operand.Layout), operand, outputGradient, weightGradient, biasGradient, samples),
            operand.Layout, forward.Class, width, workers);
    }

    public override void Dispose()
    {
        forward.Dispose();
        byColumns?.Dispose();
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
            new GatherPass(rows, values, Offsets(rows, operand.Layout), operand, target, bias, accumulate, samples),
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
    /// What a pass reads. Floats of few lanes are laid out by columns first, in memory that the connection keeps, where each value is used
    /// often enough to pay for that: with few lanes, a tile spans many positions, and those lie far apart.
    /// </summary>
    private Operand Take(Workers workers, SparseRows rows, Activation source, int samples)
    {
        rows.Class.CheckBorder(source.Shape);
        var lanes = source.Shape.Lanes;
        var isFew = lanes.Lanes <= OperandLayout.FewLanes && lanes.Steps > 1;
        if (source.Shape.IsBits || !(isFew || (lanes.Width <= ManyLanes / 2 && rows.Count >= UsesToPay * rows.Sources)))
        {
            return Operand.Of(source);
        }

        return ByColumns(workers, source, OperandLayout.ByColumns(source.Shape, isDense: false), samples);
    }

    private Operand ByColumns(Workers workers, Activation source, OperandLayout layout, int samples)
    {
        var lanes = source.Shape.Lanes;
        var floats = source.Shape.Lanes.Blocks * layout.BlockStride / sizeof(float) + BitLayout.Slack;
        if (byColumns is null || byColumns.Length < floats)
        {
            byColumns?.Dispose();
            byColumns = new NativeBuffer(floats);
        }

        var target = new Operand(layout, (byte*)byColumns.Pointer, lanes.Steps == 1);
        workers.Run(source.Shape.Lanes.BlocksOf(samples) * (source.Shape.Rows + 2 * source.Shape.Border), new ByColumnsJob(source, target));
        return target;
    }

    /// <summary>Byte offset of each column of a list in a layout; made at the first pass over it.</summary>
    private int* Offsets(SparseRows rows, OperandLayout layout)
    {
        if (offsets.TryGetValue((rows, layout), out var known))
        {
            return (int*)known;
        }

        var taps = rows.Class.Taps;
        var table = (int*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, rows.Sources * taps.Length) * sizeof(int), 64);
        for (var channel = 0; channel < rows.Sources; channel++)
        for (var tap = 0; tap < taps.Length; tap++)
        {
            table[channel * taps.Length + tap] =
                channel * layout.ChannelStride + taps[tap].Row * layout.RowStride + taps[tap].Column * layout.ColumnStride;
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
        SparseRows rows, float* values, int* offsets, Operand source, Activation spikes, float* bias, NeuronModel neuron, float threshold,
        int samples) : ISparsePass
    {
        public void Run<TLanes, TOperand>(Workers workers)
            where TLanes : struct, ILaneVector<TLanes>
            where TOperand : struct, IOperand<TLanes>
        {
            var job = new SparseNeuronJob<TLanes, TOperand>(rows, values, offsets, source, spikes, bias, neuron, threshold,
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
