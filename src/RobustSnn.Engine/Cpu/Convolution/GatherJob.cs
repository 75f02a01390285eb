using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// One class of a gather over the blocks in use, cut into pieces of (block, run of tiles, group of target channels). A tile is 4 lane
/// vectors: of one position where it has that many, of neighbouring positions otherwise.
/// </summary>
/// <remarks>
/// A group's weights for a chunk of sources (48 × 9 × 128 floats) stay in L2 while the piece's tiles go by; sums over chunks are added
/// up in the target. Every target is written by one piece, chunks in order: results do not depend on threads.
/// </remarks>
internal readonly unsafe struct GatherJob : IJob
{
    private const int BlocksInGroup = 8;
    private const int TilesInRun = 16;

    private readonly PackedWeights weights;
    private readonly int gatherClass;
    private readonly ActivationShape sourceShape;
    private readonly ActivationShape targetShape;
    private readonly float* source;
    private readonly float* target;
    private readonly float* bias;
    private readonly bool accumulate;
    private readonly int slots;
    private readonly int runs;
    private readonly int groups;
    private readonly int firstBlock;

    /// <param name="source">Values of the source's blocks; those of the blocks asked for are enough.</param>
    /// <param name="blocks">First block, and how many.</param>
    public GatherJob(PackedWeights weights, int gatherClass, ActivationShape sourceShape, float* source, Activation target, float* bias,
        bool accumulate, (int First, int Count) blocks)
    {
        this.weights = weights;
        this.gatherClass = gatherClass;
        this.sourceShape = sourceShape;
        targetShape = target.Shape;
        this.source = source;
        this.target = target.Floats();
        this.bias = bias;
        this.accumulate = accumulate;
        var c = weights.Classes[gatherClass];
        c.CheckBorder(sourceShape);
        slots = c.Rows * c.Columns * (targetShape.Lanes.Width / LaneLayout.VectorLanes);
        var tiles = (slots + GatherTile.Vectors - 1) / GatherTile.Vectors;
        runs = (tiles + TilesInRun - 1) / TilesInRun;
        groups = (weights.TargetBlocks + BlocksInGroup - 1) / BlocksInGroup;
        firstBlock = blocks.First;
        Pieces = blocks.Count * runs * groups;
    }

    public int Pieces { get; }

    public void Execute(int piece)
    {
        // groups vary slowest within a block, so that neighbouring pieces share weights
        var (inOrder, rest) = Math.DivRem(piece, runs * groups);
        var block = firstBlock + inOrder;
        var (group, run) = Math.DivRem(rest, runs);
        var c = weights.Classes[gatherClass];
        using var memory = PieceMemory.Begin();
        var taps = memory.Integers(c.Taps.Length);
        for (var i = 0; i < c.Taps.Length; i++)
        {
            taps[i] = c.Taps[i].Row * sourceShape.RowStride + c.Taps[i].Column * sourceShape.PositionStride;
        }

        var firstTargets = group * BlocksInGroup;
        var lastTargets = Math.Min(firstTargets + BlocksInGroup, weights.TargetBlocks);
        var firstSlot = run * TilesInRun * GatherTile.Vectors;
        var endSlot = Math.Min(firstSlot + TilesInRun * GatherTile.Vectors, slots);
        for (var chunk = 0; chunk < weights.Sources; chunk += PackedWeights.Chunk)
        {
            var sources = Math.Min(PackedWeights.Chunk, weights.Sources - chunk);
            for (var slot = firstSlot; slot < endSlot; slot += GatherTile.Vectors)
            {
                var place = Place(c, block, slot, chunk);
                for (var targetBlock = firstTargets; targetBlock < lastTargets; targetBlock++)
                {
                    var first = targetBlock * GatherTile.Targets;
                    var shift = first * targetShape.Lanes.Width;
                    var tile = place;
                    tile.Target0 += shift;
                    tile.Target1 += shift;
                    tile.Target2 += shift;
                    tile.Target3 += shift;
                    GatherTile.Run(in tile, weights.At(gatherClass, targetBlock, chunk), taps, c.Taps.Length, sources,
                        sourceShape.Lanes.Width, targetShape.Lanes.Width, Math.Min(GatherTile.Targets, weights.Targets - first),
                        bias is null ? null : bias + first, accumulate || chunk > 0);
                }
            }
        }
    }

    private GatherTile.Place Place(GatherClass c, int block, int slot, int chunk)
    {
        var place = default(GatherTile.Place);
        Slot(c, block, slot, chunk, out place.Source0, out place.Target0);
        Slot(c, block, slot + 1, chunk, out place.Source1, out place.Target1);
        Slot(c, block, slot + 2, chunk, out place.Source2, out place.Target2);
        Slot(c, block, slot + 3, chunk, out place.Source3, out place.Target3);
        return place;
    }

    // a slot behind the last repeats it: the same sums are computed twice and stored in one place
    private void Slot(GatherClass c, int block, int slot, int chunk, out float* from, out float* to)
    {
        var vectors = targetShape.Lanes.Width / LaneLayout.VectorLanes;
        var (position, vector) = Math.DivRem(Math.Min(slot, slots - 1), vectors);
        var (row, column) = Math.DivRem(position, c.Columns);
        var lane = vector * LaneLayout.VectorLanes;
        from = source + sourceShape.Offset(block, row * c.SourceRowStep, column * c.SourceColumnStep) + chunk * sourceShape.Lanes.Width + lane;
        to = target + targetShape.Offset(block, c.FirstRow + row * c.TargetRowStep, c.FirstColumn + column * c.TargetColumnStep) + lane;
    }
}
