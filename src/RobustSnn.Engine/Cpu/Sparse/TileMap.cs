namespace RobustSnn.Engine.Cpu;

/// <summary>The lane vectors of one tile: where each reads and where its result belongs.</summary>
internal unsafe struct Tile
{
    /// <summary>Vectors that stand for something; the others repeat the last one's source.</summary>
    public int Count;

    /// <summary>Byte offset of each vector's source, first channel, at the base of the taps; for bits, of the word of every second one.</summary>
    public fixed long Source[TileSums.FullVectors];

    /// <summary>Float offset of each vector's target, first channel; −1 where there is none.</summary>
    public fixed long Target[TileSums.FullVectors];

    /// <summary>For a vector of two columns of 8 lanes: the target of its upper half; else −1.</summary>
    public fixed long Second[TileSums.FullVectors];
}

/// <summary>
/// Numbers the lane vectors of a gather, [block][row][column][vector], and fills tiles with runs of them. Where several columns share a word
/// of bits, a run goes on to the next row at the end of one, and columns behind the end stand for nothing.
/// </summary>
internal readonly unsafe struct TileMap
{
    private readonly GatherClass gather;
    private readonly ActivationShape source;
    private readonly ActivationShape target;
    private readonly BitLayout sourceBits;
    private readonly int width;
    private readonly int cellVectors;
    private readonly int cellColumns;
    private readonly int cellsInRow;

    /// <param name="gather">Which targets read which sources.</param>
    /// <param name="source">Layout of what is read.</param>
    /// <param name="target">Layout of the result.</param>
    /// <param name="laneCount">Floats of a vector.</param>
    /// <param name="blocks">Lane blocks in use.</param>
    public TileMap(GatherClass gather, ActivationShape source, ActivationShape target, int laneCount, int blocks)
    {
        this.gather = gather;
        this.source = source;
        this.target = target;
        sourceBits = source.Bits;
        width = laneCount;
        var laneBytes = laneCount / 8.0; // of bits; half a byte for the narrowest
        cellColumns = source.IsBits ? Math.Max(1, (int)(2 * laneBytes) / sourceBits.PositionBytes) : 1;
        cellVectors = source.IsBits
            ? Math.Max(2, (int)(sourceBits.PositionBytes / laneBytes))
            : (target.Lanes.Lanes + laneCount - 1) / laneCount;
        cellsInRow = (gather.Columns + cellColumns - 1) / cellColumns;
        Vectors = blocks * gather.Rows * cellsInRow * cellVectors;
    }

    /// <summary>Vectors in all.</summary>
    public int Vectors { get; }

    /// <summary>Vectors of a cell: of one position, or of the columns that share a word.</summary>
    public int CellVectors => cellVectors;

    /// <summary>Whether a vector holds two columns of 8 lanes.</summary>
    public bool SpansColumns => source.IsBits && width > 8 * sourceBits.PositionBytes;

    /// <summary>Positions of a cell.</summary>
    public int CellColumns => cellColumns;

    /// <summary>
    /// The widest vectors (16, 8 or 4 floats, at most <paramref name="widest"/>) that a layer fills: columns that share a word are
    /// neighbours in the source only where the stride is 1, and in a map of one column there are none.
    /// </summary>
    public static int LaneCount(GatherClass gather, ActivationShape source, int widest)
    {
        var count = widest;
        var lanes = source.Lanes.Lanes;
        if (!source.IsBits)
        {
            while (count > 4 && count / 2 >= lanes)
            {
                count /= 2;
            }

            return count;
        }

        var bytes = source.Bits.PositionBytes;
        while (count > 4 && count / 4 > bytes && (gather.SourceColumnStep > 1 || count / 4 > bytes * gather.Columns))
        {
            count /= 2;
        }

        return count;
    }

    /// <summary>Fills a tile with vectors <paramref name="first"/> …, <paramref name="size"/> of them or as many as there are.</summary>
    public void Fill(int first, int size, ref Tile tile)
    {
        tile.Count = Math.Min(size, Vectors - first);
        var (cell, vector) = Math.DivRem(first, cellVectors);
        var (line, cellInRow) = Math.DivRem(cell, cellsInRow);
        var (block, row) = Math.DivRem(line, gather.Rows);
        for (var i = 0; i < size; i++)
        {
            if (i >= tile.Count)
            {
                tile.Source[i] = tile.Source[i & 1]; // any place that may be read; of bits, words are at even vectors
                tile.Target[i] = tile.Second[i] = -1;
                continue;
            }

            Place(block, row, cellInRow * cellColumns, vector, i, ref tile);
            if (++vector < cellVectors)
            {
                continue;
            }

            vector = 0;
            if (++cellInRow == cellsInRow)
            {
                cellInRow = 0;
                if (++row == gather.Rows)
                {
                    row = 0;
                    block++;
                }
            }
        }
    }

    /// <summary>Byte offsets of the positions of cells in a target of bits, first channel; −1 behind a row's end.</summary>
    public void FillPositions(int firstCell, int cells, BitLayout bits, long* positions)
    {
        for (var i = 0; i < cells; i++)
        {
            var (line, cellInRow) = Math.DivRem(firstCell + i, cellsInRow);
            var (block, row) = Math.DivRem(line, gather.Rows);
            for (var column = cellInRow * cellColumns; column < (cellInRow + 1) * cellColumns; column++)
            {
                *positions++ = column < gather.Columns ? bits.Offset(block, row, column) : -1;
            }
        }
    }

    private void Place(int block, int row, int column, int vector, int i, ref Tile tile)
    {
        tile.Second[i] = -1;
        if (!source.IsBits)
        {
            tile.Source[i] = sizeof(float)
                * (source.Offset(block, row * gather.SourceRowStep, column * gather.SourceColumnStep) + vector * width);
            tile.Target[i] = Target(block, row, column) + vector * width;
            return;
        }

        var bit = vector * width;
        tile.Source[i] = sourceBits.Offset(block, row * gather.SourceRowStep, column * gather.SourceColumnStep) + vector / 2 * (2 * width / 8);
        var positionBits = 8 * sourceBits.PositionBytes;
        var (columns, lane) = Math.DivRem(bit, positionBits);
        tile.Target[i] = column + columns < gather.Columns && lane < target.Lanes.Width ? Target(block, row, column + columns) + lane : -1;
        if (SpansColumns && column + columns + 1 < gather.Columns)
        {
            tile.Second[i] = Target(block, row, column + columns + 1);
        }
    }

    private long Target(int block, int row, int column) =>
        target.Offset(block, gather.FirstRow + row * gather.TargetRowStep, gather.FirstColumn + column * gather.TargetColumnStep);
}
