using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu;

/// <summary>
/// A sparse layer and its neurons for one image, driven by events: every input neuron that fires at all adds its weights to the currents of
/// those that it connects to, all timesteps (at most 8, the lanes of a vector) at once; one that is silent costs nothing. Pieces are chunks of
/// outputs, whose currents stay in L1 or L2.
/// </summary>
/// <remarks>
/// An addition costs a load and a store here, twice what <see cref="SparseNeuronJob{TLanes, TOperand}"/> pays, which cannot skip anything, and
/// on small maps pays for half empty tiles and for what reaches over the edge.
/// </remarks>
/// <param name="rows">Connections by input channel.</param>
/// <param name="values">Their weights.</param>
internal readonly unsafe struct SparseScatterJob(
    SparseRows rows, float* values, ConvolutionGeometry geometry, Activation input, Activation spikes, float* bias, NeuronModel neuron,
    float threshold) : IJob
{
    private const int Lanes8 = OperandLayout.FewLanes;
    private const int MostFloats = 1 << 16;

    private readonly Sweeps sweeps = rows.InChunks;
    private readonly OperandLayout source = OperandLayout.Of(input.Shape);
    private readonly byte* data = Operand.Of(input).Data;
    private readonly BitLayout target = spikes.Shape.Bits;
    private readonly byte* to = spikes.Bits();
    private readonly FiringTile firing = new(neuron, threshold, spikes.Shape.Lanes, Lanes8, false);
    private readonly int reach = Math.Max(geometry.Padding, geometry.KernelRows - 1 - geometry.Padding);

    /// <summary>Pieces of the job.</summary>
    public int Pieces => rows.Chunks;

    /// <summary>Floats of one output channel's currents, with a frame for what reaches over the edge.</summary>
    private int Plane => (geometry.OutputRows + 2 * reach) * Line;

    private int Line => (geometry.OutputColumns + 2 * reach) * Lanes8;

    /// <summary>Whether a layer's shapes allow it: one image of at most 8 steps, stride 1, currents that fit into half of an L2 cache.</summary>
    public static bool Takes(ConvolutionGeometry g, Activation input, Activation spikes)
    {
        var frame = 2 * Math.Max(g.Padding, g.KernelRows - 1 - g.Padding);
        return input.Shape.Lanes == spikes.Shape.Lanes && input.Shape.Lanes is { Batch: 1, Lanes: <= Lanes8 }
            && g.StrideRows == 1 && g.StrideColumns == 1 && g.KernelRows == g.KernelColumns
            && (g.OutputRows + frame) * (g.OutputColumns + frame) * SparseRows.MostChunkChannels * Lanes8 <= MostFloats;
    }

    /// <summary>Inputs that are not 0 in all timesteps.</summary>
    public static int CountActive(Activation input)
    {
        var layout = OperandLayout.Of(input.Shape);
        var data = Operand.Of(input).Data;
        var active = 0;
        for (var row = 0; row < input.Shape.Rows; row++)
        {
            var at = data + layout.Offset(0, row, -input.Shape.Border);
            active += layout.IsBits ? CountBytes(at, layout.RowStride) : CountPositions(at, layout.RowStride, layout.ChannelStride);
        }

        return active;
    }

    /// <summary>Bytes that are not 0: bits of a position are a byte, the border's are 0.</summary>
    private static int CountBytes(byte* at, int length)
    {
        var zeros = 0;
        var i = 0;
        for (; i + Vector512<byte>.Count <= length; i += Vector512<byte>.Count)
        {
            zeros += BitOperations.PopCount(Vector512.Equals(Vector512.Load(at + i), Vector512<byte>.Zero).ExtractMostSignificantBits());
        }

        for (; i < length; i++)
        {
            zeros += at[i] == 0 ? 1 : 0;
        }

        return length - zeros;
    }

    private static int CountPositions(byte* at, int length, int stride)
    {
        var active = 0;
        for (var end = at + length; at < end; at += stride)
        {
            active += Vector256.EqualsAll(Vector256.Load((float*)at), Vector256<float>.Zero) ? 0 : 1;
        }

        return active;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSilent(OperandLayout layout, byte* at) =>
        layout.IsBits ? *at == 0 : Vector256.EqualsAll(Vector256.Load((float*)at), Vector256<float>.Zero);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int chunk)
    {
        var first = chunk * rows.ChunkChannels;
        var outputs = Math.Min(rows.ChunkChannels, geometry.Outputs - first);
        var memory = stackalloc float[outputs * Plane + Lanes.AlignmentFloats];
        var currents = Lanes.Align(memory);
        new Span<float>(currents, outputs * Plane).Clear();
        var taps = rows.Class.Taps;
        var offsets = stackalloc int[outputs * taps.Length];
        for (var i = 0; i < outputs * taps.Length; i++)
        {
            var tap = taps[i % taps.Length];
            offsets[i] = i / taps.Length * Plane + (tap.Row + reach) * Line + (tap.Column + reach) * Lanes8;
        }

        Scatter(currents, offsets, chunk, first * taps.Length - sweeps.FirstColumn(chunk));
        Fire(currents, first, outputs);
    }

    /// <summary>Adds the weights of every active input neuron.</summary>
    private void Scatter(float* currents, int* offsets, int chunk, int firstColumn)
    {
        var lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        var (columns, weights) = ((nint)rows.Columns, (nint)values); // out of memory, which the stores below may seem to change
        offsets -= firstColumn;
        for (var channel = 0; channel < rows.Rows; channel++)
        {
            var start = sweeps.Starts(channel, chunk)[0];
            var end = sweeps.Starts(channel, chunk)[1];
            for (var row = 0; row < geometry.InputRows && start < end; row++)
            {
                var from = data + source.Offset(0, row, 0) + (nint)channel * source.ChannelStride;
                for (var column = 0; column < geometry.InputColumns; column++, from += source.ColumnStride)
                {
                    if (IsSilent(source, from))
                    {
                        continue;
                    }

                    var x = source.IsBits
                        ? Vector256.Equals(Vector256.Create((int)*from) & lanes, lanes).AsSingle() & Vector256<float>.One
                        : Vector256.Load((float*)from);
                    var at = currents + row * Line + column * Lanes8;
                    for (var j = start; j < end; j++)
                    {
                        var sum = at + offsets[((ushort*)columns)[j]];
                        Vector256.MultiplyAddEstimate(x, Vector256.Create(((float*)weights)[j]), Vector256.Load(sum)).Store(sum);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    private void Fire(float* currents, int first, int outputs)
    {
        var positions = geometry.OutputRows * geometry.OutputColumns;
        var places = stackalloc long[positions];
        for (var i = 0; i < positions; i++)
        {
            places[i] = target.Offset(0, i / geometry.OutputColumns, i % geometry.OutputColumns);
        }

        var tilePositions = new TilePositions(places, positions);
        var inside = stackalloc float[(positions + FiringOctet.Size) * Lanes8 + Lanes.AlignmentFloats];
        inside = Lanes.Align(inside);
        var rowFloats = geometry.OutputColumns * Lanes8;
        for (var output = 0; output < outputs; output++)
        {
            for (var row = 0; row < geometry.OutputRows; row++)
            {
                new ReadOnlySpan<float>(currents + output * Plane + (row + reach) * Line + reach * Lanes8, rowFloats)
                    .CopyTo(new Span<float>(inside + row * rowFloats, rowFloats));
            }

            firing.Fire(inside, bias is null ? 0 : bias[first + output], to + (nint)(first + output) * target.ChannelStride,
                tilePositions);
        }
    }
}
