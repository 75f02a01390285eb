using System.Runtime.CompilerServices;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Sparse.Lists;
using RobustSnn.Engine.Cpu.Sparse.Operands;
using RobustSnn.Engine.Cpu.Sparse.Tiles;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Cpu.Sparse.Passes;

/// <summary>
/// The gradient of the existing weights, cut into groups of rows (output channels). A piece walks over all tiles and, of float inputs, over
/// chunks of channels, while the group's share of the output's gradient stays in cache.
/// </summary>
/// <remarks>Each weight's sum runs over tiles in order, in one piece: it does not depend on threads.</remarks>
internal readonly unsafe struct SparseWeightGradientJob<TLanes, TOperand> : IJob
    where TLanes : struct, ILaneVector<TLanes>
    where TOperand : struct, IOperand<TLanes>
{
    private const int BitRows = 8;
    private const int FloatRows = 32; // floats are read anew for every group, and from further away
    private const int PiecesWanted = 4;

    private readonly SparseRows rows;
    private readonly Sweeps sweeps;
    private readonly int* offsets;
    private readonly TileMap map;
    private readonly byte* input;
    private readonly float* gradient;
    private readonly int gradientWidth;
    private readonly float* weightGradient;
    private readonly float* biasGradient;
    private readonly int groupRows;

    public SparseWeightGradientJob(SparseRows rows, int* offsets, Operand input, Activation gradient, float* weightGradient,
        float* biasGradient, int blocks)
    {
        this.rows = rows;
        sweeps = TOperand.IsBits ? rows.Whole : rows.InChunks;
        this.offsets = offsets;
        map = new TileMap(rows.Class, input.Layout, gradient.Shape, TLanes.Count, blocks);
        this.input = input.Data;
        this.gradient = gradient.Floats();
        gradientWidth = gradient.Shape.Lanes.Width;
        this.weightGradient = weightGradient;
        this.biasGradient = biasGradient;
        groupRows = Math.Clamp(rows.Rows / PiecesWanted, 1, TOperand.IsBits ? BitRows : FloatRows);
        Pieces = (rows.Rows + groupRows - 1) / groupRows;
    }

    public int Pieces { get; }

    [SkipLocalsInit]
    public void Execute(int piece)
    {
        var firstRow = piece * groupRows;
        var count = Math.Min(groupRows, rows.Rows - firstRow);
        using var memory = PieceMemory.Begin();
        var copy = memory.Floats((long)groupRows * TileSums.FullVectors * TLanes.Count);
        var copyOffsets = stackalloc long[TileSums.FullVectors];
        for (var i = 0; i < TileSums.FullVectors; i++)
        {
            copyOffsets[i] = i * TLanes.Count;
        }

        var tile = default(Tile);
        for (var first = 0; first < map.Vectors; first += TileSums.FullVectors)
        {
            var size = map.Vectors - first <= TileSums.SmallVectors ? TileSums.SmallVectors : TileSums.FullVectors;
            map.Fill(first, size, ref tile);
            if (tile.IsWhole && biasGradient is null)
            {
                AddProducts(in tile, size, firstRow, count, gradient + (nint)firstRow * gradientWidth, tile.Target, gradientWidth);
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                Take(in tile, size, firstRow + i, copy + i * size * TLanes.Count);
            }

            AddProducts(in tile, size, firstRow, count, copy, copyOffsets, size * TLanes.Count);
        }
    }

    private void AddProducts(ref readonly Tile tile, int size, int firstRow, int count, float* gradients, long* targets, int stride)
    {
        fixed (long* places = tile.Source)
        {
            for (var part = 0; part < sweeps.Parts; part++)
            {
                var starts = sweeps.Starts(firstRow, part);
                var columns = offsets + sweeps.FirstColumn(part);
                if (size == TileSums.FullVectors)
                {
                    TileProducts.Full<TLanes, TOperand>(input, places, columns, rows.Columns, starts, sweeps.Parts, count, gradients,
                        targets, stride, weightGradient);
                }
                else
                {
                    TileProducts.Small<TLanes, TOperand>(input, places, columns, rows.Columns, starts, sweeps.Parts, count, gradients,
                        targets, stride, weightGradient);
                }
            }
        }
    }

    /// <summary>Collects one row's gradients of a tile, 0 where a vector stands for nothing, and adds them to the bias's.</summary>
    private void Take(ref readonly Tile tile, int size, int row, float* to)
    {
        var from = gradient + (nint)row * gradientWidth;
        var sum = TLanes.Zero;
        for (var i = 0; i < size; i++, to += TLanes.Count)
        {
            if (tile.Target[i] < 0)
            {
                TLanes.Zero.Store(to);
                continue;
            }

            TLanes.Load(from + tile.Target[i]).Store(to);
            if (map.SpansColumns)
            {
                var half = new Span<float>(to + TLanes.Count / 2, TLanes.Count / 2);
                half.Clear();
                if (tile.Second[i] >= 0)
                {
                    new ReadOnlySpan<float>(from + tile.Second[i], half.Length).CopyTo(half);
                }
            }

            sum += TLanes.Load(to);
        }

        if (biasGradient is not null)
        {
            biasGradient[row] += TLanes.Sum(sum, TLanes.Zero, TLanes.Zero, TLanes.Zero);
        }
    }
}
