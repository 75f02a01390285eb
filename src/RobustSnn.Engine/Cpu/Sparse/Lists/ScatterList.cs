using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>
/// A pruned layer's weights by input channel and tap, for small maps: each of them reaches a stretch of outputs. Outputs are cut into shares, one
/// after the other in memory.
/// </summary>
/// <remarks>5 bytes a connection, its weight and the number of its output in the share, and 2 a (share, input channel, tap).</remarks>
internal sealed unsafe class ScatterList : IDisposable
{
    private readonly ConvolutionGeometry geometry;
    private readonly SparsityPattern pattern;
    private readonly int[] shareStarts;
    private readonly NativeBuffer list; // weights, then the ends of stretches, then the numbers of outputs

    /// <param name="heap">Where the list lies.</param>
    /// <param name="geometry">One that <see cref="Routes.MayBeByEvents"/>.</param>
    /// <param name="pattern">Weights that exist.</param>
    /// <param name="pieces">Shares that there should be, if stretches stay long enough.</param>
    public ScatterList(NativeHeap heap, ConvolutionGeometry geometry, SparsityPattern pattern, int pieces)
    {
        this.geometry = geometry;
        this.pattern = pattern;
        Map = new ScatterMap(geometry);
        ShareOutputs = ShareOutputsOf(geometry, pattern, pieces);
        Shares = (geometry.Outputs + ShareOutputs - 1) / ShareOutputs;
        shareStarts = new int[Shares];
        list = heap.AllocateBytes(BytesOf(geometry, pattern, pieces));
    }

    /// <summary>What each position reaches.</summary>
    public ScatterMap Map { get; }

    /// <summary>Outputs of a share.</summary>
    public int ShareOutputs { get; }

    public int Shares { get; }

    /// <summary>Bytes of the list, weights included.</summary>
    public long Bytes => list.Bytes + Shares * sizeof(int);

    private float* Values => (float*)list.Memory;

    private ushort* Ends => (ushort*)(Values + pattern.Count);

    private byte* Outputs => (byte*)(Ends + Stretches);

    private int Stretches => checked(Shares * ShareStretches);

    private int ShareStretches => checked(geometry.Inputs * geometry.Taps);

    /// <summary>Bytes of such a list.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, SparsityPattern pattern, int pieces)
    {
        var outputs = ShareOutputsOf(geometry, pattern, pieces);
        var stretches = checked((long)((geometry.Outputs + outputs - 1) / outputs) * geometry.Inputs * geometry.Taps);
        return pattern.Count * (long)(sizeof(float) + sizeof(byte)) + stretches * sizeof(ushort);
    }

    /// <summary>The connections of a share, from its first on.</summary>
    public ScatterStretches Of(int share) =>
        new(Outputs + shareStarts[share], Values + shareStarts[share], Ends + (nint)share * ShareStretches);

    /// <summary>Takes in the weights as they are.</summary>
    /// <param name="weights">Those that exist, (outputs, inputs, kernel).</param>
    public void Fill(float* weights)
    {
        var existing = pattern.Existing;
        var next = new int[Stretches + 1];
        var numbers = Outputs;
        var values = Values;
        var ends = Ends;
        foreach (var weight in existing)
        {
            next[StretchOf(weight, out _) + 1]++;
        }

        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            if (stretch % ShareStretches == 0)
            {
                shareStarts[stretch / ShareStretches] = next[stretch];
            }

            next[stretch + 1] += next[stretch];
        }

        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var channel = stretch - stretch % geometry.Taps;
            ends[stretch] = (ushort)(next[stretch + 1] - next[channel]);
        }

        for (var i = 0; i < existing.Length; i++)
        {
            var place = next[StretchOf(existing[i], out var output)]++;
            numbers[place] = (byte)output;
            values[place] = weights[i];
        }
    }

    public void Dispose()
    {
        list.Dispose();
    }

    /// <summary>As few outputs as make the wanted pieces, but enough for a stretch to be worth its beginning and end.</summary>
    private static int ShareOutputsOf(ConvolutionGeometry g, SparsityPattern pattern, int pieces)
    {
        var most = Routes.OutputsOfShare(g);
        var worthwhile = Math.Min(most, Math.Ceiling(Routes.WorthwhileStretch * (double)g.WeightCount / Math.Max(1, pattern.Count)));
        return (int)Math.Clamp((g.Outputs + pieces - 1) / pieces, worthwhile, most);
    }

    /// <param name="weight">Its number, (output, input, tap).</param>
    /// <param name="output">Of the share.</param>
    private int StretchOf(int weight, out int output)
    {
        (output, var stretch) = Math.DivRem(weight, ShareStretches);
        (var share, output) = Math.DivRem(output, ShareOutputs);
        return share * ShareStretches + stretch;
    }
}

/// <summary>The connections of a share of outputs.</summary>
/// <param name="outputs">Output of each, in the share.</param>
/// <param name="values">Weight of each.</param>
/// <param name="ends">[input channel][tap]: where those of the tap end, counted from the channel's first.</param>
internal readonly unsafe struct ScatterStretches(byte* outputs, float* values, ushort* ends)
{
    public readonly byte* Outputs = outputs;
    public readonly float* Values = values;
    public readonly ushort* Ends = ends;
}
