using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Passes;

/// <summary>
/// A sparse convolution, or its input gradient, into floats, cut into pieces of (tile, group of rows). Of float sources a chunk of channels
/// at a time is read, so that what the tile sees of it stays in L2; sums over chunks are added up in the target, in order.
/// </summary>
internal readonly unsafe struct SparseGatherJob<TLanes, TOperand> : IJob
    where TLanes : struct, ILaneVector<TLanes>
    where TOperand : struct, IOperand<TLanes>
{
    private const int RowsInBatch = 8;
    private const int PiecesWanted = 16;

    private readonly SparseRows rows;
    private readonly Sweeps sweeps;
    private readonly float* values;
    private readonly int* offsets;
    private readonly TileMap map;
    private readonly byte* source;
    private readonly float* target;
    private readonly int targetWidth;
    private readonly int spareLanes;
    private readonly float* bias;
    private readonly bool accumulate;
    private readonly int tiles;
    private readonly int groupRows;
    private readonly int groups;

    public SparseGatherJob(SparseRows rows, float* values, int* offsets, Operand source, Activation target, float* bias, bool accumulate,
        int blocks)
    {
        this.rows = rows;
        sweeps = TOperand.IsBits ? rows.Whole : rows.InChunks;
        this.values = values;
        this.offsets = offsets;
        this.bias = bias;
        this.accumulate = accumulate;
        map = new TileMap(rows.Class, source.Layout, target.Shape, TLanes.Count, blocks);
        this.source = source.Data;
        this.target = target.Floats();
        targetWidth = target.Shape.Lanes.Width;
        spareLanes = TOperand.IsBits ? 0 : targetWidth - map.CellVectors * TLanes.Count / map.CellColumns;
        tiles = (map.Vectors + TileSums.FullVectors - 1) / TileSums.FullVectors;
        groups = Math.Clamp(PiecesWanted / Math.Max(1, tiles), 1, (rows.Rows + RowsInBatch - 1) / RowsInBatch);
        groupRows = (rows.Rows + groups - 1) / groups;
        Pieces = tiles * groups;
    }

    public int Pieces { get; }

    [SkipLocalsInit]
    public void Execute(int piece)
    {
        var (tileIndex, group) = Math.DivRem(piece, groups);
        var first = tileIndex * TileSums.FullVectors;
        var firstRow = group * groupRows;
        var endRow = Math.Min(firstRow + groupRows, rows.Rows);
        var left = map.Vectors - first;
        if (left > 2 * TileSums.SmallVectors)
        {
            Run(first, TileSums.FullVectors, firstRow, endRow);
            return;
        }

        for (; left > 0; left -= TileSums.SmallVectors, first += TileSums.SmallVectors)
        {
            Run(first, TileSums.SmallVectors, firstRow, endRow);
        }
    }

    [SkipLocalsInit]
    private void Run(int first, int size, int firstRow, int endRow)
    {
        var tile = default(Tile);
        map.Fill(first, size, ref tile);
        if (tile.IsWhole && spareLanes == 0)
        {
            for (var part = 0; part < sweeps.Parts; part++)
            {
                var adds = accumulate || part > 0;
                Sum(in tile, size, part, firstRow, endRow - firstRow,
                    new TileTarget(target + (nint)firstRow * targetWidth, tile.Target, targetWidth, bias is null ? null : bias + firstRow, adds));
            }

            return;
        }

        var sumsMemory = stackalloc float[RowsInBatch * TileSums.FullVectors * TLanes.Count + Lanes.AlignmentFloats];
        var sums = Lanes.Align(sumsMemory);
        var sumOffsets = stackalloc long[TileSums.FullVectors];
        for (var i = 0; i < size; i++)
        {
            sumOffsets[i] = i * TLanes.Count;
        }

        for (var part = 0; part < sweeps.Parts; part++)
        {
            var adds = accumulate || part > 0;
            for (var row = firstRow; row < endRow; row += RowsInBatch)
            {
                var count = Math.Min(RowsInBatch, endRow - row);
                Sum(in tile, size, part, row, count,
                    new TileTarget(sums, sumOffsets, size * TLanes.Count, adds || bias is null ? null : bias + row, false));
                for (var i = 0; i < count; i++)
                {
                    Put(in tile, first, row + i, sums + i * size * TLanes.Count, adds);
                }
            }
        }
    }

    private void Sum(ref readonly Tile tile, int size, int part, int row, int count, TileTarget to)
    {
        var starts = sweeps.Starts(row, part);
        var list = new ConnectionList(rows.Columns, values);
        var columns = offsets + sweeps.FirstColumn(part);
        fixed (long* places = tile.Source)
        {
            if (size == TileSums.FullVectors)
            {
                TileSums.Full<TLanes, TOperand>(source, places, columns, list, starts, sweeps.Parts, count, to);
            }
            else
            {
                TileSums.Small<TLanes, TOperand>(source, places, columns, list, starts, sweeps.Parts, count, to);
            }
        }
    }

    /// <summary>Takes a row's sums into the target.</summary>
    private void Put(ref readonly Tile tile, int first, int row, float* sums, bool adds)
    {
        var to = target + (nint)row * targetWidth;
        for (var i = 0; i < tile.Count; i++, sums += TLanes.Count)
        {
            if (tile.Target[i] < 0)
            {
                continue;
            }

            var at = to + tile.Target[i];
            (adds ? TLanes.Load(sums) + TLanes.Load(at) : TLanes.Load(sums)).Store(at);
            if (tile.Second[i] >= 0)
            {
                PutUpperHalf(to + tile.Second[i], sums, adds);
            }

            if (spareLanes > 0 && (first + i + 1) % map.CellVectors == 0)
            {
                ClearSpare(to, tile.Target[i] + (map.SpansColumns ? TLanes.Count / 2 : TLanes.Count));
                ClearSpare(to, tile.Second[i] < 0 ? -1 : tile.Second[i] + TLanes.Count / 2);
            }
        }
    }

    /// <summary>Lanes that stand for nothing are zero in gradients.</summary>
    private void ClearSpare(float* to, long offset)
    {
        if (offset >= 0)
        {
            new Span<float>(to + offset, spareLanes).Clear();
        }
    }

    /// <summary>The second of two columns of 8 lanes that lay in one vector; in the first one's place it is behind the lanes in use.</summary>
    private static void PutUpperHalf(float* to, float* sums, bool adds)
    {
        var half = TLanes.Count / 2;
        for (var lane = 0; lane < half; lane++)
        {
            to[lane] = sums[half + lane] + (adds ? to[lane] : 0);
        }
    }
}
