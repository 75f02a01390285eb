using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Convolution;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Neurons;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Sparse.Passes;

/// <summary>
/// A sparse layer and its neurons in one go, bits out: a tile's currents for all timesteps go from registers through
/// L1 into the neurons, and never to memory. Pieces are (stretch of whole positions, group of rows).
/// </summary>
internal readonly unsafe struct SparseNeuronJob<TLanes, TOperand, TRule> : IJob
    where TLanes : struct, ILaneVector<TLanes>
    where TOperand : struct, IOperand<TLanes>
    where TRule : struct, INeuronRule
{
    private const int PiecesWanted = 16;
    private const int MostTiles = 4; // of a unit of several cells: its sums stay in L1
    private const int BatchFloats = 8 * TileSums.FullVectors * LaneLayout.VectorLanes; // 12 KiB: with the connections, in L1

    private readonly SparseRows rows;
    private readonly float* values;
    private readonly int* offsets;
    private readonly TileMap map;
    private readonly byte* source;
    private readonly byte* target;
    private readonly BitLayout targetBits;
    private readonly FiringTile<TRule> neuron;
    private readonly float* bias;
    private readonly int cells;
    private readonly int unitCells;
    private readonly int rowFloats;
    private readonly int batchRows;
    private readonly int groupRows;
    private readonly int groups;
    private readonly int octets; // that are read one after the other
    private readonly long octetStride;

    public SparseNeuronJob(SparseRows rows, GatherClass gather, float* values, int* offsets, Operand source, Activation spikes, float* bias,
        TRule rule, float threshold, int blocks)
    {
        this.rows = rows;
        this.values = values;
        this.offsets = offsets;
        this.bias = bias;
        map = new TileMap(gather, source.Layout, spikes.Shape, TLanes.Count, blocks);
        this.source = source.Data;
        target = spikes.Bits();
        targetBits = spikes.Shape.Bits;
        neuron = new FiringTile<TRule>(rule, threshold, spikes.Shape.Lanes, map.CellVectors * TLanes.Count / map.CellColumns,
            source.IsStatic && spikes.Shape.Lanes.Steps > 1);
        octets = TOperand.IsBits || source.Layout.OctetStride == 0 ? 1 : OperandLayout.Octets(spikes.Shape.Lanes);
        octetStride = source.Layout.OctetStride;
        cells = map.Vectors / map.CellVectors;
        unitCells = CellsOfUnit(map.CellVectors, spikes.Shape.Lanes.BlockSamples == 1 ? map.CellColumns : 0);
        var unitVectors = unitCells * map.CellVectors;
        rowFloats = (unitVectors + TileSums.FullVectors - 1) / TileSums.FullVectors * TileSums.FullVectors * TLanes.Count;
        batchRows = Math.Max(1, BatchFloats / rowFloats);
        var units = (cells + unitCells - 1) / unitCells;
        groups = Math.Clamp(PiecesWanted / Math.Max(1, units), 1, (rows.Rows + batchRows - 1) / batchRows);
        groupRows = (rows.Rows + groups - 1) / groups;
        Pieces = units * groups;
    }

    public int Pieces { get; }

    /// <summary>
    /// As few whole cells as fill their tiles best: 3 positions of 8 vectors, one tile; 3 of 16, two. One image's positions fire eight at a time,
    /// which they best fill too.
    /// </summary>
    /// <param name="columns">Positions of a cell; 0 where they do not fire together.</param>
    private static int CellsOfUnit(int cellVectors, int columns)
    {
        var best = Math.Max(1, TileSums.FullVectors / cellVectors);
        for (var cells = best + 1; cells * cellVectors <= MostTiles * TileSums.FullVectors; cells++)
        {
            best = Filled(cells) > Filled(best) ? cells : best;
        }

        return best;

        double Filled(int cells)
        {
            var vectors = cells * cellVectors;
            var tiles = (vectors + TileSums.FullVectors - 1) / TileSums.FullVectors;
            var positions = cells * columns;
            var octets = (positions + FiringOctet.Size - 1) / FiringOctet.Size;
            return (double)vectors / (tiles * TileSums.FullVectors) * (columns == 0 ? 1 : (double)positions / (octets * FiringOctet.Size));
        }
    }

    [SkipLocalsInit]
    public void Execute(int piece)
    {
        var (unit, group) = Math.DivRem(piece, groups);
        var firstCell = unit * unitCells;
        var unitSize = Math.Min(unitCells, cells - firstCell);
        var tiles = (unitSize * map.CellVectors + TileSums.FullVectors - 1) / TileSums.FullVectors;
        using var memory = PieceMemory.Begin();
        var sources = memory.Longs((long)tiles * TileSums.FullVectors);
        var counts = memory.Integers(tiles);
        for (var i = 0; i < tiles; i++)
        {
            counts[i] = map.FillSources(firstCell * map.CellVectors + i * TileSums.FullVectors, TileSums.FullVectors,
                sources + i * TileSums.FullVectors);
        }

        var sumOffsets = stackalloc long[TileSums.FullVectors];
        for (var i = 0; i < TileSums.FullVectors; i++)
        {
            sumOffsets[i] = i * TLanes.Count;
        }

        var positionCount = unitSize * map.CellColumns;
        var offsets = memory.Longs(positionCount);
        map.FillPositions(firstCell, unitSize, targetBits, offsets);
        var positions = new TilePositions(offsets, positionCount, targetBits.PositionBytes);
        var sums = memory.Floats((long)batchRows * rowFloats + FiringOctet.Size * (map.CellVectors * TLanes.Count / map.CellColumns));
        var together = neuron.Room(memory);
        var membraneFloats = (positionCount + FiringOctet.Size - 1) / FiringOctet.Size * FiringOctet.Size;
        var membranes = octets > 1 ? memory.Floats((long)batchRows * membraneFloats) : null;
        var firstRow = group * groupRows;
        var endRow = Math.Min(firstRow + groupRows, rows.Rows);
        for (var row = firstRow; row < endRow; row += batchRows)
        {
            var count = Math.Min(batchRows, endRow - row);
            for (var octet = 0; octet < octets; octet++)
            {
                for (var i = 0; i < tiles; i++)
                {
                    var to = new TileTarget(sums + i * TileSums.FullVectors * TLanes.Count, sumOffsets, rowFloats, bias is null ? null : bias + row,
                        false);
                    Sum(source + octet * octetStride, sources + i * TileSums.FullVectors, counts[i], row, count, to);
                }

                for (var i = 0; i < count; i++)
                {
                    var spikes = target + (nint)(row + i) * targetBits.ChannelStride;
                    if (octets == 1)
                    {
                        neuron.Fire(sums + i * rowFloats, spikes, positions, together);
                    }
                    else
                    {
                        neuron.FireOctet(octet, sums + i * rowFloats, spikes, positions, membranes + i * membraneFloats);
                    }
                }
            }
        }
    }

    private void Sum(byte* source, long* places, int vectors, int row, int count, TileTarget to)
    {
        var starts = rows.Whole.Starts(row, 0);
        var list = new ConnectionList(rows.Columns, values);
        if (vectors > 2 * TileSums.SmallVectors)
        {
            TileSums.Full<TLanes, TOperand>(source, places, offsets, list, starts, 1, count, to);
        }
        else if (vectors <= 2)
        {
            TileSums.Pair<TLanes, TOperand>(source, places, offsets, list, starts, 1, count, to);
        }
        else if (vectors <= TileSums.QuadVectors)
        {
            TileSums.Quad<TLanes, TOperand>(source, places, offsets, list, starts, 1, count, to);
        }
        else
        {
            for (var first = 0; first < vectors; first += TileSums.SmallVectors)
            {
                var part = new TileTarget(to.Data, to.Offsets + first, rowFloats, to.Bias, false);
                TileSums.Small<TLanes, TOperand>(source, places + first, offsets, list, starts, 1, count, part);
            }
        }
    }
}
