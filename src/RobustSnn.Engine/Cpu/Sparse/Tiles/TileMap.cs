using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Tiles;

/// <summary>The lane vectors of one tile: where each reads and where its result belongs.</summary>
internal unsafe struct Tile
{
    /// <summary>Vectors that stand for something; the others repeat the first ones' sources.</summary>
    public int Count;

    /// <summary>Whether every vector has one whole target.</summary>
    public bool IsWhole;

    /// <summary>Byte offset of each vector's source, first channel, at the base of the taps; for bits, of the word of every second one.</summary>
    public fixed long Source[TileSums.FullVectors];

    /// <summary>Float offset of each vector's target, first channel; −1 where there is none.</summary>
    public fixed long Target[TileSums.FullVectors];

    /// <summary>For a vector of two columns of 8 lanes: the target of its upper half; else −1.</summary>
    public fixed long Second[TileSums.FullVectors];
}

/// <summary>
/// Numbers the lane vectors of a gather, [block][row][cell][vector], and fills tiles with stretches of them. A cell is a position, or the
/// neighbouring columns that share a vector or a word; those behind a row's end stand for nothing.
/// </summary>
internal readonly unsafe struct TileMap
{
    private readonly GatherClass gather;
    private readonly OperandLayout source;
    private readonly int targetWidth;
    private readonly long origin; // of the targets, and how far from one to the next, in floats
    private readonly long blockStride;
    private readonly long rowStride;
    private readonly long columnStride;
    private readonly int width;
    private readonly int cellsInRow;

    /// <param name="gather">Which targets read which sources.</param>
    /// <param name="source">Layout of what is read.</param>
    /// <param name="target">Layout of the result, as floats.</param>
    /// <param name="laneCount">Floats of a vector.</param>
    /// <param name="blocks">Lane blocks in use.</param>
    public TileMap(GatherClass gather, OperandLayout source, ActivationShape target, int laneCount, int blocks)
    {
        this.gather = gather;
        this.source = source;
        targetWidth = target.Lanes.Width;
        origin = target.Offset(0, gather.FirstRow, gather.FirstColumn);
        blockStride = target.BlockStride;
        rowStride = (long)gather.TargetRowStep * target.RowStride;
        columnStride = (long)gather.TargetColumnStep * target.PositionStride;
        width = laneCount;
        var granule = source.IsBits ? 2 * laneCount : laneCount;
        CellColumns = Math.Max(1, granule / source.PositionLanes);
        var lanes = source.IsBits ? source.PositionLanes : Math.Min(source.PositionLanes, (source.Lanes + laneCount - 1) / laneCount * laneCount);
        CellVectors = Math.Max(granule, lanes) / laneCount;
        cellsInRow = (gather.Columns + CellColumns - 1) / CellColumns;
        Vectors = checked(blocks * gather.Rows * cellsInRow * CellVectors);
    }

    /// <summary>Vectors in all.</summary>
    public int Vectors { get; }

    /// <summary>Vectors of a cell.</summary>
    public int CellVectors { get; }

    /// <summary>Columns of a cell.</summary>
    public int CellColumns { get; }

    /// <summary>Whether a vector holds two columns of 8 lanes.</summary>
    public bool SpansColumns => width > source.PositionLanes;

    /// <summary>Fills a tile with vectors <paramref name="first"/> …, <paramref name="size"/> of them or as many as there are.</summary>
    public void Fill(int first, int size, ref Tile tile)
    {
        fixed (long* sources = tile.Source)
        {
            tile.Count = FillSources(first, size, sources);
        }

        tile.IsWhole = tile.Count == size && !SpansColumns;
        var (cell, vector) = Math.DivRem(first, CellVectors);
        var (line, cellInRow) = Math.DivRem(cell, cellsInRow);
        var (block, row) = Math.DivRem(line, gather.Rows);
        for (var i = 0; i < size; i++)
        {
            if (i >= tile.Count)
            {
                tile.Target[i] = tile.Second[i] = -1;
                continue;
            }

            Place(block, row, cellInRow * CellColumns, vector, i, ref tile);
            if (++vector < CellVectors)
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

    /// <summary>
    /// Where vectors <paramref name="first"/> … read, <paramref name="size"/> of them or as many as there are; the rest repeat the first two.
    /// </summary>
    /// <param name="sources">Receives what <see cref="Tile.Source"/> holds.</param>
    /// <returns>How many there are.</returns>
    public int FillSources(int first, int size, long* sources)
    {
        var count = Math.Min(size, Vectors - first);
        var (cell, vector) = Math.DivRem(first, CellVectors);
        var (line, cellInRow) = Math.DivRem(cell, cellsInRow);
        var step = source.IsBits ? 2 * width / LaneBits.InByte : width * sizeof(float); // of a word or vector
        var cellStep = (long)CellColumns * gather.SourceColumnStep * source.ColumnStride;
        for (var i = 0; i < count; cellInRow = 0, line++)
        {
            var (block, row) = Math.DivRem(line, gather.Rows);
            var at = source.Offset(block, row * gather.SourceRowStep, 0) + cellInRow * cellStep;
            for (; cellInRow < cellsInRow && i < count; cellInRow++, at += cellStep, vector = 0)
            {
                for (; vector < CellVectors && i < count; vector++, i++)
                {
                    sources[i] = at + (source.IsBits ? vector / 2 : vector) * step;
                }
            }
        }

        for (var i = count; i < size; i++)
        {
            sources[i] = sources[count > 1 ? i & 1 : 0]; // any place that may be read; of bits, words are at even vectors
        }

        return count;
    }

    /// <summary>Byte offsets of the positions of cells in a target of bits, first channel; −1 behind a row's end.</summary>
    public void FillPositions(int firstCell, int cells, BitLayout bits, long* positions)
    {
        var (bytes, isPlain) = (bits.PositionBytes, bits.Columns == gather.Columns);
        var (line, cellInRow) = Math.DivRem(firstCell, cellsInRow);
        for (var left = cells; left > 0; cellInRow = 0, line++)
        {
            var (block, row) = Math.DivRem(line, gather.Rows);
            var column = cellInRow * CellColumns;
            var end = Math.Min(cellsInRow, cellInRow + left) * CellColumns;
            left -= end / CellColumns - cellInRow;
            var start = bits.Offset(block, row, 0);
            for (; column < end; column++)
            {
                *positions++ = column >= gather.Columns ? -1
                    : isPlain ? start + column * bytes
                    : bits.Offset(block, column / bits.Columns, column % bits.Columns); // unfolded: a row for the whole map
            }
        }
    }

    private void Place(int block, int row, int column, int vector, int i, ref Tile tile)
    {
        var (columns, lane) = Math.DivRem(vector * width, source.PositionLanes);
        column += columns;
        tile.Target[i] = column < gather.Columns && lane < targetWidth ? Target(block, row, column) + lane : -1;
        tile.IsWhole &= tile.Target[i] >= 0;
        tile.Second[i] = SpansColumns && column + 1 < gather.Columns ? Target(block, row, column + 1) : -1;
    }

    private long Target(int block, int row, int column) =>
        origin + block * blockStride + row * rowStride + column * columnStride;
}
