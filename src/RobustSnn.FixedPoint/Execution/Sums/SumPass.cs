using RobustSnn.FixedPoint.Execution.Layout;

namespace RobustSnn.FixedPoint.Execution.Sums;

/// <summary>A layer's sums over a batch: what they read, and how the work is cut into pieces of (tile, group of outputs).</summary>
/// <param name="source">The first byte of what is read, octet 0.</param>
/// <param name="octetStride">Bytes from an octet of it to the next.</param>
/// <param name="places">Byte offset of each word.</param>
/// <param name="list">The connections.</param>
/// <param name="firstSum">Which sum is an output's first, and one further.</param>
/// <param name="outputs">How many.</param>
/// <param name="grid">The words and tiles.</param>
/// <param name="tiles">Tiles in use.</param>
/// <param name="pieces">Pieces wanted at least.</param>
internal readonly unsafe struct SumPass(
    byte* source, long octetStride, long* places, SumList list, int* firstSum, int outputs, WordGridSizes grid, int tiles, int pieces)
{
    public readonly byte* Source = source;
    public readonly long OctetStride = octetStride;
    public readonly long* Places = places;
    public readonly SumList List = list;
    public readonly int* FirstSum = firstSum;
    public readonly WordGridSizes Grid = grid;

    private readonly int outputs = outputs;
    private readonly int groupOutputs = Math.Max(1, (outputs + Groups(outputs, tiles, pieces) - 1) / Groups(outputs, tiles, pieces));
    private readonly int tiles = tiles;

    /// <summary>Sums that are made before their neurons fire: those of a full tile stay in L1.</summary>
    public const int SumsTogether = 8;

    public int Pieces => tiles * ((outputs + groupOutputs - 1) / groupOutputs);

    /// <summary>Which tile, and which outputs, from one to below the other.</summary>
    public (int Tile, int First, int End) Piece(int piece)
    {
        var first = piece / tiles * groupOutputs;
        return (piece % tiles, first, Math.Min(first + groupOutputs, outputs));
    }

    private static int Groups(int outputs, int tiles, int pieces) => Math.Clamp((pieces + tiles - 1) / Math.Max(tiles, 1), 1, outputs);
}
