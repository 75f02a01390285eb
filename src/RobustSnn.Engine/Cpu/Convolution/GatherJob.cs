using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Engine.Cpu.Convolution;

/// <summary>
/// One class of a gather over the blocks in use, cut into pieces of (block, stretch of tiles, share of the target channels). A tile is 4 lane
/// vectors: of one position where it has that many, of neighbouring positions otherwise.
/// </summary>
/// <remarks>
/// A share's weights for a chunk of sources (48 × 9 × 128 floats) stay in L2 while the piece's tiles go by; sums over chunks are added
/// up in the target. Every target is written by one piece, chunks in order: results do not depend on threads.
/// </remarks>
internal readonly unsafe struct GatherJob : IJob
{
    private const int GroupsInShare = 8;
    private const int TilesInStretch = 16;

    private readonly PackedWeights weights;
    private readonly int gatherClass;
    private readonly ActivationShape sourceShape;
    private readonly ActivationShape targetShape;
    private readonly float* source;
    private readonly float* target;
    private readonly float* bias;
    private readonly bool accumulate;
    private readonly int placeCount;
    private readonly int stretches;
    private readonly int shares;
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
        placeCount = c.Rows * c.Columns * (targetShape.Lanes.Width / LaneLayout.VectorLanes);
        var tiles = (placeCount + GatherTile.Vectors - 1) / GatherTile.Vectors;
        stretches = (tiles + TilesInStretch - 1) / TilesInStretch;
        shares = (weights.TargetGroups + GroupsInShare - 1) / GroupsInShare;
        firstBlock = blocks.First;
        Pieces = blocks.Count * stretches * shares;
    }

    public int Pieces { get; }

    public void Execute(int piece)
    {
        // shares vary slowest within a block, so that neighbouring pieces share weights
        var (inOrder, rest) = Math.DivRem(piece, stretches * shares);
        var block = firstBlock + inOrder;
        var (share, stretch) = Math.DivRem(rest, stretches);
        var c = weights.Classes[gatherClass];
        using var memory = PieceMemory.Begin();
        var taps = memory.Integers(c.Taps.Length);
        for (var i = 0; i < c.Taps.Length; i++)
        {
            taps[i] = c.Taps[i].Row * sourceShape.RowStride + c.Taps[i].Column * sourceShape.PositionStride;
        }

        var firstGroup = share * GroupsInShare;
        var endGroup = Math.Min(firstGroup + GroupsInShare, weights.TargetGroups);
        var firstPlace = stretch * TilesInStretch * GatherTile.Vectors;
        var endPlace = Math.Min(firstPlace + TilesInStretch * GatherTile.Vectors, placeCount);
        for (var chunk = 0; chunk < weights.Sources; chunk += PackedWeights.Chunk)
        {
            var sources = Math.Min(PackedWeights.Chunk, weights.Sources - chunk);
            for (var place = firstPlace; place < endPlace; place += GatherTile.Vectors)
            {
                var places = Places(c, block, place, chunk);
                for (var targetGroup = firstGroup; targetGroup < endGroup; targetGroup++)
                {
                    var first = targetGroup * GatherTile.Targets;
                    var shift = first * targetShape.Lanes.Width;
                    var tile = places;
                    tile.Target0 += shift;
                    tile.Target1 += shift;
                    tile.Target2 += shift;
                    tile.Target3 += shift;
                    GatherTile.Run(in tile, weights.At(gatherClass, targetGroup, chunk), taps, c.Taps.Length, sources,
                        sourceShape.Lanes.Width, targetShape.Lanes.Width, Math.Min(GatherTile.Targets, weights.Targets - first),
                        bias is null ? null : bias + first, accumulate || chunk > 0);
                }
            }
        }
    }

    private GatherTile.Places Places(GatherClass c, int block, int place, int chunk)
    {
        var places = default(GatherTile.Places);
        Place(c, block, place, chunk, out places.Source0, out places.Target0);
        Place(c, block, place + 1, chunk, out places.Source1, out places.Target1);
        Place(c, block, place + 2, chunk, out places.Source2, out places.Target2);
        Place(c, block, place + 3, chunk, out places.Source3, out places.Target3);
        return places;
    }

    // a place behind the last repeats it: the same sums are computed twice and stored once
    private void Place(GatherClass c, int block, int place, int chunk, out float* from, out float* to)
    {
        var vectors = targetShape.Lanes.Width / LaneLayout.VectorLanes;
        var (position, vector) = Math.DivRem(Math.Min(place, placeCount - 1), vectors);
        var (row, column) = Math.DivRem(position, c.Columns);
        var lane = vector * LaneLayout.VectorLanes;
        from = source + sourceShape.Offset(block, row * c.SourceRowStep, column * c.SourceColumnStep) + chunk * sourceShape.Lanes.Width + lane;
        to = target + targetShape.Offset(block, c.FirstRow + row * c.TargetRowStep, c.FirstColumn + column * c.TargetColumnStep) + lane;
    }
}
