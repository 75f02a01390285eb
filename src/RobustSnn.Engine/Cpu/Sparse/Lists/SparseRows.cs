using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Cpu.Sparse.Lists;

/// <summary>
/// The existing weights of one class of a gather, by target channel: a row is a target channel, a column a (source channel, tap), ascending.
/// </summary>
/// <remarks>
/// 2 bytes a connection for its column, besides 4 for its weight, and 4 a row (and panel) for where it begins. A column counts from the first column of
/// its panel: as many source channels as 16 bits can number the columns of (one panel up to 7,232 channels of a 3 × 3 kernel).
/// </remarks>
internal sealed unsafe class SparseRows : IDisposable
{
    private const int MostPanelColumns = 1 << 16;

    private readonly NativeHeap heap;
    private readonly NativeBuffer list; // where rows begin, then columns
    private NativeBuffer? chunkStarts;

    private SparseRows(NativeHeap heap, GatherClass gather, int rows, int sources, int count)
    {
        this.heap = heap;
        Class = gather;
        Rows = rows;
        Sources = sources;
        Count = count;
        (ChunkChannels, Chunks, PanelChunks, Panels) = Cut(Taps, sources);
        list = heap.AllocateBytes(StartsOf(Panels) * sizeof(int) + (long)count * sizeof(ushort));
    }

    /// <summary>Which targets read which sources.</summary>
    public GatherClass Class { get; }

    /// <summary>Target channels.</summary>
    public int Rows { get; }

    /// <summary>Source channels.</summary>
    public int Sources { get; }

    /// <summary>Source channels of a chunk.</summary>
    public int ChunkChannels { get; }

    /// <summary>Chunks of a row.</summary>
    public int Chunks { get; }

    /// <summary>Panels of a row.</summary>
    public int Panels { get; }

    /// <summary>Connections.</summary>
    public int Count { get; }

    /// <summary>Column of each connection, from the first of its panel.</summary>
    public ushort* Columns => (ushort*)(Starts + StartsOf(Panels));

    /// <summary>Bytes of the list.</summary>
    public long Bytes => (long)Count * sizeof(ushort) + (StartsOf(Panels) + (chunkStarts is null ? 0 : StartsOf(Chunks))) * sizeof(int);

    /// <summary>Rows from end to end, or as long as a panel is.</summary>
    public Sweeps Whole => new(Starts, Panels, PanelChunks * ChunkChannels * Taps, 1);

    /// <summary>
    /// Rows cut into chunks of source channels, so that a sweep reads no more than a cache holds. Where they begin is looked up at the first
    /// call: inference from bits has no use for it.
    /// </summary>
    public Sweeps InChunks =>
        new((chunkStarts ??= FindChunks()).Integers, Chunks, PanelChunks * ChunkChannels * Taps, PanelChunks);

    private int* Starts => (int*)list.Memory;

    private int Taps => Math.Max(1, Class.Taps.Length);

    private int PanelChunks { get; }

    /// <summary>Throws where a layer's kernel has more elements than 16 bits can number.</summary>
    /// <exception cref="BadInputException">It has.</exception>
    public static void Check(ConvolutionGeometry geometry)
    {
        if (geometry.Taps > MostPanelColumns)
        {
            throw new BadInputException(
                $"a pruned layer: expected a kernel of at most {MostPanelColumns:N0} elements, found {geometry.Taps:N0}; do not prune this layer");
        }
    }

    /// <summary>Whether the rows of a layer's list by outputs are one panel each.</summary>
    public static bool IsOnePanel(ConvolutionGeometry geometry) =>
        (geometry.Inputs + ChannelsOfChunk(geometry.Taps) - 1) / ChannelsOfChunk(geometry.Taps) * ChannelsOfChunk(geometry.Taps) * geometry.Taps
        <= MostPanelColumns;

    /// <summary>Bytes of a list that is made for any input, with that many connections.</summary>
    public static long BytesOf(GatherClass gather, int rows, int sources, int count)
    {
        var taps = Math.Max(1, gather.Taps.Length);
        var (_, chunks, _, panels) = Cut(taps, sources);
        return checked((long)count * sizeof(ushort) + ((long)rows * (panels + chunks) + 2) * sizeof(int));
    }

    /// <summary>The list of a class.</summary>
    /// <param name="heap">Where the list lies.</param>
    /// <param name="gather">The class.</param>
    /// <param name="pattern">Weights (outputs, inputs, kernel) that exist.</param>
    /// <param name="geometry">Of the weights.</param>
    /// <param name="backward">Whether targets are the layer's inputs.</param>
    /// <param name="order">Of each connection of the list, which weight of the pattern it is.</param>
    public static SparseRows Of(
        NativeHeap heap, GatherClass gather, SparsityPattern pattern, ConvolutionGeometry geometry, bool backward, out int[] order)
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
        var rows = new SparseRows(heap, gather, backward ? geometry.Inputs : geometry.Outputs, backward ? geometry.Outputs : geometry.Inputs,
            places.Count);
        order = new int[places.Count];
        rows.Fill(places, order);
        return rows;
    }

    public void Dispose()
    {
        list.Dispose();
        chunkStarts?.Dispose();
    }

    /// <summary>How a row of so many source channels is cut.</summary>
    private static (int ChunkChannels, int Chunks, int PanelChunks, int Panels) Cut(int taps, int sources)
    {
        var channels = ChannelsOfChunk(taps);
        var chunks = (sources + channels - 1) / channels;
        var inPanel = MostPanelColumns / (channels * taps);
        return (channels, chunks, inPanel, (chunks + inPanel - 1) / inPanel);
    }

    private static int ChannelsOfChunk(int taps) => Math.Min(Routes.ChunkChannels, MostPanelColumns / taps);

    private long StartsOf(int parts) => checked((long)Rows * parts + 1);

    private void Fill(List<(long Place, int Weight)> places, int[] order)
    {
        var panelChannels = PanelChunks * ChunkChannels;
        var starts = Starts;
        var column = Columns;
        var next = 0;
        for (var row = 0; row < Rows; row++)
            for (var panel = 0; panel < Panels; panel++)
            {
                starts[row * Panels + panel] = next;
                var first = ((long)row * Sources + panel * panelChannels) * Taps;
                var end = ((long)row * Sources + Math.Min(Sources, (panel + 1) * panelChannels)) * Taps;
                for (; next < places.Count && places[next].Place < end; next++)
                {
                    order[next] = places[next].Weight;
                    column[next] = (ushort)(places[next].Place - first);
                }
            }

        starts[Rows * Panels] = next;
    }

    private NativeBuffer FindChunks()
    {
        var memory = heap.Allocate(StartsOf(Chunks), ElementType.Int32);
        var found = memory.Integers;
        var starts = Starts;
        var column = Columns;
        for (var row = 0; row < Rows; row++)
            for (var chunk = 0; chunk < Chunks; chunk++)
            {
                var (panel, chunkInPanel) = Math.DivRem(chunk, PanelChunks);
                var next = chunkInPanel == 0 ? starts[row * Panels + panel] : found[row * Chunks + chunk - 1];
                var before = chunkInPanel * ChunkChannels * Taps;
                while (next < starts[row * Panels + panel + 1] && column[next] < before)
                {
                    next++;
                }

                found[row * Chunks + chunk] = next;
            }

        found[Rows * Chunks] = Count;
        return memory;
    }
}

/// <summary>How a list is walked: one part of all rows after the other.</summary>
/// <param name="starts">Where part p of row r begins: [r · parts + p]; it ends where the next begins.</param>
/// <param name="parts">Parts of a row.</param>
/// <param name="panelColumns">Columns of a panel.</param>
/// <param name="panelParts">Parts of a panel.</param>
internal readonly unsafe struct Sweeps(int* starts, int parts, int panelColumns, int panelParts)
{
    /// <summary>Parts of a row, and entries of <see cref="Starts"/> from a row to the next.</summary>
    public readonly int Parts = parts;

    private readonly int* starts = starts;
    private readonly int panelColumns = panelColumns;
    private readonly int panelParts = panelParts;

    /// <summary>Where a row's part begins, and one entry further ends; and every <see cref="Parts"/> entries the next row's.</summary>
    public int* Starts(int row, int part) => starts + (nint)row * Parts + part;

    /// <summary>The column that those of a part count from.</summary>
    public int FirstColumn(int part) => part / panelParts * panelColumns;
}

/// <summary>Connections as a kernel sees them.</summary>
/// <param name="columns">Column of each: source channel · taps + tap.</param>
/// <param name="values">Weight of each.</param>
internal readonly unsafe struct ConnectionList(ushort* columns, float* values)
{
    public readonly ushort* Columns = columns;
    public readonly float* Values = values;
}
