using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>
/// A pruned layer's weights by input channel and tap, for small maps: each of them reaches a run of outputs. Outputs are cut into chunks, one
/// after the other in memory.
/// </summary>
/// <remarks>5 bytes a connection, its weight and the number of its output in the chunk, and 2 a (chunk, input channel, tap).</remarks>
internal sealed unsafe class ScatterList : IDisposable
{
    private const int WorthwhileRun = 4; // connections of an input channel through a tap to a chunk
    private const int MostOutputs = 1 << 8; // of a chunk: a byte numbers them
    private const int MostRun = ushort.MaxValue; // of an input channel's connections to a chunk
    private const int MostCurrents = 1 << 16; // floats: a quarter of an L2 cache of 1 MiB

    private readonly ConvolutionGeometry geometry;
    private readonly SparsityPattern pattern;
    private readonly int[] chunkStarts;
    private readonly NativeBuffer list; // weights, then the ends of runs, then the numbers of outputs

    /// <param name="heap">Where the list lies.</param>
    /// <param name="geometry">One that it <see cref="Takes"/>.</param>
    /// <param name="pattern">Weights that exist.</param>
    /// <param name="pieces">Chunks that there should be, if runs stay long enough.</param>
    public ScatterList(NativeHeap heap, ConvolutionGeometry geometry, SparsityPattern pattern, int pieces)
    {
        this.geometry = geometry;
        this.pattern = pattern;
        Map = new ScatterMap(geometry);
        ChunkOutputs = ChunkOutputsOf(geometry, pattern, pieces);
        Chunks = (geometry.Outputs + ChunkOutputs - 1) / ChunkOutputs;
        chunkStarts = new int[Chunks];
        list = heap.AllocateBytes(BytesOf(geometry, pattern, pieces));
    }

    /// <summary>What each position reaches.</summary>
    public ScatterMap Map { get; }

    /// <summary>Outputs of a chunk.</summary>
    public int ChunkOutputs { get; }

    public int Chunks { get; }

    /// <summary>Bytes of the list, weights included.</summary>
    public long Bytes => list.Bytes + Chunks * sizeof(int);

    private float* Values => (float*)list.Memory;

    private ushort* Ends => (ushort*)(Values + pattern.Count);

    private byte* Outputs => (byte*)(Ends + Runs);

    private int Runs => checked(Chunks * ChunkRuns);

    private int ChunkRuns => checked(geometry.Inputs * geometry.Taps);

    /// <summary>
    /// Whether a layer's maps and kernel are small enough, and an input channel has enough connections through a tap: of fewer, events cost more
    /// than they save.
    /// </summary>
    public static bool Takes(ConvolutionGeometry g, SparsityPattern pattern) =>
        ScatterMap.Takes(g) && g.Taps <= MostRun / MostOutputs
        && pattern.Count >= (long)WorthwhileRun * g.Inputs * g.Taps * ((g.Outputs + MostOutputsOf(g) - 1) / MostOutputsOf(g));

    /// <summary>Bytes of such a list.</summary>
    public static long BytesOf(ConvolutionGeometry geometry, SparsityPattern pattern, int pieces)
    {
        var outputs = ChunkOutputsOf(geometry, pattern, pieces);
        var runs = checked((long)((geometry.Outputs + outputs - 1) / outputs) * geometry.Inputs * geometry.Taps);
        return pattern.Count * (long)(sizeof(float) + sizeof(byte)) + runs * sizeof(ushort);
    }

    /// <summary>The connections of a chunk, from its first on.</summary>
    public ScatterRuns Of(int chunk) =>
        new(Outputs + chunkStarts[chunk], Values + chunkStarts[chunk], Ends + (nint)chunk * ChunkRuns);

    /// <summary>Takes in the weights as they are.</summary>
    /// <param name="weights">Those that exist, (outputs, inputs, kernel).</param>
    public void Fill(float* weights)
    {
        var existing = pattern.Existing;
        var next = new int[Runs + 1];
        var numbers = Outputs;
        var values = Values;
        var ends = Ends;
        foreach (var weight in existing)
        {
            next[RunOf(weight, out _) + 1]++;
        }

        for (var run = 0; run < Runs; run++)
        {
            if (run % ChunkRuns == 0)
            {
                chunkStarts[run / ChunkRuns] = next[run];
            }

            next[run + 1] += next[run];
        }

        for (var run = 0; run < Runs; run++)
        {
            var channel = run - run % geometry.Taps;
            ends[run] = (ushort)(next[run + 1] - next[channel]);
        }

        for (var i = 0; i < existing.Length; i++)
        {
            var place = next[RunOf(existing[i], out var output)]++;
            numbers[place] = (byte)output;
            values[place] = weights[i];
        }
    }

    public void Dispose()
    {
        list.Dispose();
    }

    private static int MostOutputsOf(ConvolutionGeometry g) =>
        Math.Min(MostOutputs, MostCurrents / (g.OutputRows * g.OutputColumns * LaneLayout.FewLanes));

    /// <summary>As few outputs as make the wanted pieces, but enough for a run to be worth its beginning and end.</summary>
    private static int ChunkOutputsOf(ConvolutionGeometry g, SparsityPattern pattern, int pieces)
    {
        var most = MostOutputsOf(g);
        var worthwhile = Math.Min(most, Math.Ceiling(WorthwhileRun * (double)g.WeightCount / Math.Max(1, pattern.Count)));
        return (int)Math.Clamp((g.Outputs + pieces - 1) / pieces, worthwhile, most);
    }

    /// <param name="weight">Its number, (output, input, tap).</param>
    /// <param name="output">Of the chunk.</param>
    private int RunOf(int weight, out int output)
    {
        (output, var run) = Math.DivRem(weight, ChunkRuns);
        (var chunk, output) = Math.DivRem(output, ChunkOutputs);
        return chunk * ChunkRuns + run;
    }
}

/// <summary>The connections of a chunk of outputs.</summary>
/// <param name="outputs">Output of each, in the chunk.</param>
/// <param name="values">Weight of each.</param>
/// <param name="ends">[input channel][tap]: where those of the tap end, counted from the channel's first.</param>
internal readonly unsafe struct ScatterRuns(byte* outputs, float* values, ushort* ends)
{
    public readonly byte* Outputs = outputs;
    public readonly float* Values = values;
    public readonly ushort* Ends = ends;
}
