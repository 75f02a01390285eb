using RobustSnn.Engine.Layout;

namespace RobustSnn.Contract.Cases;

/// <summary>T (0: the ANN), the batch that the layout is for, how many samples of it are in use, and whether each is a block, or all are one.</summary>
public readonly record struct LaneCase(int Timesteps, int Batch, int Samples, bool ByImage = false, bool InOneBlock = false)
{
    /// <summary>How a device lays the lanes out that chooses otherwise than this table does.</summary>
    public LaneLayout? Chosen { get; init; }

    public LaneLayout Layout => Chosen ?? (ByImage ? LaneLayout.ByImage(Batch, Timesteps)
        : InOneBlock ? new LaneLayout(Batch, Math.Max(1, Timesteps), Batch)
        : LaneLayout.Choose(Batch, Timesteps));

    public override string ToString() =>
        $"T {Timesteps}, {Samples} of {Batch} samples{(ByImage ? ", each a block" : InOneBlock ? " in one block" : "")}{(Chosen is { } chosen ? $", in blocks of {chosen.BlockSamples}" : "")}";
}

/// <summary>An activation's map and its lanes.</summary>
/// <param name="Index">Its place in the table.</param>
public readonly record struct ShapeCase(int Index, int Channels, int Rows, int Columns, int Border, LaneCase Lanes)
{
    public int Samples => Lanes.Samples;

    public ActivationShape Shape => new(Channels, Rows, Columns, Border, Lanes.Layout);

    /// <summary>The same map, the same at every timestep.</summary>
    public ActivationShape Static => Shape with { Lanes = Shape.Lanes.Static };

    /// <summary>Values of one channel.</summary>
    public int ChannelValues => Shape.Lanes.Steps * Samples * Rows * Columns;

    /// <summary>One of an operation's options, each in turn as the table goes on.</summary>
    public T Take<T>(params T[] options) => options[Index % options.Length];

    public override string ToString() => $"{Channels}×{Rows}×{Columns} border {Border}, {Lanes}";
}

/// <summary>A table of shapes that cases are drawn from: each lane case with one of the maps, in turn.</summary>
public sealed class ShapeTable
{
    private readonly (int Channels, int Rows, int Columns, int Border)[] maps;

    private ShapeTable(LaneCase[] lanes, (int Channels, int Rows, int Columns, int Border)[] maps,
        (int Rows, int Columns, int OutputRows, int OutputColumns)[] pools, int[] pooledChannels)
    {
        this.maps = maps;
        (Lanes, Pools, PooledChannels) = (lanes, pools, pooledChannels);
    }

    /// <summary>
    /// Where results go wrong: lane blocks that are full, partly filled, alone, several, and partly behind the samples in use, on small maps.
    /// </summary>
    public static ShapeTable Edges { get; } = new(
        [
            new(0, 1, 1), new(0, 3, 3), new(0, 5, 2), new(0, 16, 16), new(0, 17, 17), new(0, 33, 20), new(0, 70, 70), new(0, 70, 40), new(0, 70, 65),
            new(1, 2, 2), new(1, 17, 17), new(1, 33, 16), new(3, 5, 5), new(3, 33, 17), new(4, 1, 1), new(4, 16, 16), new(4, 17, 3), new(4, 33, 33),
            new(5, 3, 2), new(5, 16, 11), new(8, 1, 1), new(8, 2, 2), new(8, 17, 17), new(8, 33, 20), new(8, 70, 70), new(100, 3, 3),
            new(4, 3, 3, ByImage: true), new(8, 4, 3, ByImage: true), new(3, 2, 1, ByImage: true),
        ],
        [(1, 1, 1, 0), (3, 2, 2, 1), (7, 5, 3, 1), (16, 4, 4, 0), (17, 1, 1, 0), (6, 7, 7, 2), (13, 1, 1, 1)],
        [(2, 2, 1, 1), (4, 4, 2, 2), (6, 10, 3, 5), (8, 8, 1, 1), (5, 7, 1, 1), (9, 6, 3, 2), (1, 1, 1, 1)],
        [1, 3, 16, 17, 10]);

    /// <summary>
    /// What cards compute on: all samples in one block, whose timesteps fill words of bits, or begin anywhere in one, with and without samples in use.
    /// </summary>
    public static ShapeTable Cards { get; } = new(
        [
            new(4, 32, 32, InOneBlock: true), new(3, 33, 33, InOneBlock: true), new(8, 64, 50, InOneBlock: true), new(5, 40, 37, InOneBlock: true),
            new(9, 100, 100, InOneBlock: true), new(1, 70, 70, InOneBlock: true), new(17, 31, 20, InOneBlock: true), new(20, 96, 96, InOneBlock: true),
            new(2, 300, 290, InOneBlock: true), new(0, 100, 90, InOneBlock: true), new(33, 5, 5, InOneBlock: true),
        ],
        [(3, 2, 2, 1), (17, 1, 1, 0), (5, 3, 4, 0), (2, 5, 3, 2)],
        [(2, 2, 1, 1), (4, 4, 2, 2), (5, 3, 1, 1)],
        [3, 5]);

    /// <summary>Where time goes: layers of VGG-16 on 32 × 32 images, T = 8, 16 images.</summary>
    public static ShapeTable Layers { get; } = LayersOn(new(8, 16, 16));

    /// <summary>The same for other batches and lanes.</summary>
    public static ShapeTable LayersOn(LaneCase lanes) =>
        new([lanes, lanes], [(128, 16, 16, 1), (512, 4, 4, 1)], [(16, 16, 8, 8), (4, 4, 2, 2)], [128, 512]);

    /// <summary>Maps a hundredth as large: a rehearsal, whose times mean nothing.</summary>
    public static ShapeTable RehearsalOn(LaneCase lanes) => new([lanes, lanes], [(8, 4, 4, 1), (16, 2, 2, 1)], [(4, 4, 2, 2), (2, 2, 1, 1)], [8, 16]);

    public LaneCase[] Lanes { get; }

    /// <summary>Maps and what they are pooled to.</summary>
    public (int Rows, int Columns, int OutputRows, int OutputColumns)[] Pools { get; }

    /// <summary>Channels of such maps.</summary>
    public int[] PooledChannels { get; }

    public IEnumerable<ShapeCase> All =>
        from i in Enumerable.Range(0, Lanes.Length)
        let map = maps[i % maps.Length]
        select new ShapeCase(i, map.Channels, map.Rows, map.Columns, map.Border, Lanes[i]);

    /// <summary>Those with a neuron's timesteps.</summary>
    public IEnumerable<ShapeCase> Temporal => All.Where(shape => shape.Lanes.Timesteps > 0);
}
