using System.Runtime.InteropServices;

namespace RobustSnn.Engine.Cpu;

/// <summary>Connections as a kernel sees them.</summary>
/// <param name="columns">Column of each: source channel · taps + tap.</param>
/// <param name="values">Weight of each.</param>
internal readonly unsafe struct ConnectionList(ushort* columns, float* values)
{
    public readonly ushort* Columns = columns;
    public readonly float* Values = values;
}

/// <summary>
/// The existing weights of one class of a gather, by target channel: a row is a target channel, a column a (source channel, tap), ascending.
/// Rows are cut into chunks of source channels, so that a loop over one chunk reads no more than a cache holds.
/// </summary>
/// <remarks>
/// 2 bytes a connection for its column, besides 4 for its weight, and a few a row for where its chunks begin. A column counts from the first
/// column of its panel: as many chunks as 16 bits can number (one panel up to 7,281 channels of a 3 × 3 kernel).
/// </remarks>
internal sealed unsafe class SparseRows : IDisposable
{
    /// <summary>Source channels of a chunk: with 3 × 5 positions of 128 lanes, half of an L2 cache of 1 MiB.</summary>
    public const int ChunkChannels = 64;

    private const int PanelColumns = 1 << 16;

    private SparseRows(GatherClass gather, int rows, int sources, int count)
    {
        Class = gather;
        Rows = rows;
        Sources = sources;
        Chunks = (sources + ChunkChannels - 1) / ChunkChannels;
        var chunkColumns = ChunkChannels * Math.Max(1, gather.Taps.Length);
        if (chunkColumns > PanelColumns)
        {
            throw new ArgumentException($"a kernel of {gather.Taps.Length} elements is too large for a sparse layer");
        }

        PanelChunks = PanelColumns / chunkColumns;
        Count = count;
        Columns = (ushort*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, count * sizeof(ushort)), 64);
        Starts = (int*)NativeMemory.AlignedAlloc((nuint)((rows * Chunks + 1) * sizeof(int)), 64);
    }

    /// <summary>Which targets read which sources.</summary>
    public GatherClass Class { get; }

    /// <summary>Target channels.</summary>
    public int Rows { get; }

    /// <summary>Source channels.</summary>
    public int Sources { get; }

    /// <summary>Chunks of a row.</summary>
    public int Chunks { get; }

    /// <summary>Chunks of a panel.</summary>
    public int PanelChunks { get; }

    /// <summary>Connections.</summary>
    public int Count { get; }

    /// <summary>Column of each connection, from the first of its panel.</summary>
    public ushort* Columns { get; }

    /// <summary>Where chunk c of row r begins: [r · Chunks + c]; it ends where the next begins.</summary>
    public int* Starts { get; }

    /// <summary>Bytes of the list.</summary>
    public long Bytes => (long)Count * sizeof(ushort) + (Rows * Chunks + 1) * sizeof(int);

    /// <summary>First column of a chunk's panel.</summary>
    public int PanelColumn(int chunk) => chunk / PanelChunks * PanelChunks * ChunkChannels * Class.Taps.Length;

    /// <summary>The list of a class.</summary>
    /// <param name="gather">The class.</param>
    /// <param name="pattern">Weights (outputs, inputs, kernel) that exist.</param>
    /// <param name="geometry">Of the weights.</param>
    /// <param name="backward">Whether targets are the layer's inputs.</param>
    /// <param name="order">Of each connection of the list, which weight of the pattern it is.</param>
    public static SparseRows Of(GatherClass gather, SparsityPattern pattern, ConvolutionGeometry geometry, bool backward, out int[] order)
    {
        var tapOf = new int[geometry.Taps];
        Array.Fill(tapOf, -1);
        for (var i = 0; i < gather.Taps.Length; i++)
        {
            tapOf[gather.Taps[i].Kernel] = i;
        }

        var existing = pattern.Existing;
        var places = new List<(long Place, int Weight)>();
        for (var weight = 0; weight < existing.Length; weight++)
        {
            var (pair, kernel) = Math.DivRem(existing[weight], geometry.Taps);
            var (output, input) = Math.DivRem(pair, geometry.Inputs);
            if (tapOf[kernel] >= 0)
            {
                var (row, source) = backward ? (input, output) : (output, input);
                var sources = backward ? geometry.Outputs : geometry.Inputs;
                places.Add((((long)row * sources + source) * gather.Taps.Length + tapOf[kernel], weight));
            }
        }

        places.Sort();
        var list = new SparseRows(gather, backward ? geometry.Inputs : geometry.Outputs, backward ? geometry.Outputs : geometry.Inputs,
            places.Count);
        order = new int[places.Count];
        list.Fill(places, order);
        return list;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Columns);
        NativeMemory.AlignedFree(Starts);
    }

    private void Fill(List<(long Place, int Weight)> places, int[] order)
    {
        var taps = Math.Max(1, Class.Taps.Length);
        var next = 0;
        for (var row = 0; row < Rows; row++)
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            Starts[row * Chunks + chunk] = next;
            var end = ((long)row * Sources + Math.Min(Sources, (chunk + 1) * ChunkChannels)) * taps;
            for (; next < places.Count && places[next].Place < end; next++)
            {
                order[next] = places[next].Weight;
                Columns[next] = (ushort)(places[next].Place - (long)row * Sources * taps - PanelColumn(chunk));
            }
        }

        Starts[Rows * Chunks] = next;
    }
}
