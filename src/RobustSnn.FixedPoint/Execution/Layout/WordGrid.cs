using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Cpu.Sparse.Tiles;

namespace RobustSnn.FixedPoint.Execution.Layout;

/// <summary>
/// The positions of a layer's outputs, of all images of a batch one after the other, cut into words and those into tiles: what a kernel sums at once.
/// </summary>
internal sealed unsafe class WordGrid
{
    /// <summary>Words whose neurons fire together: eight vectors.</summary>
    public const int FiringWords = 4;

    private readonly int positions; // of an image
    private readonly int batch;

    /// <param name="positions">Of an image's map.</param>
    /// <param name="wordPositions">8, 4 or 2, by the width of the vectors.</param>
    /// <param name="tileWords">Words of a full tile.</param>
    public WordGrid(int positions, int batch, int wordPositions, int tileWords)
    {
        (this.positions, this.batch, WordPositions, TileWords) = (positions, batch, wordPositions, tileWords);
        Words = WordsOf(batch);
    }

    public int WordPositions { get; }

    public int TileWords { get; }

    /// <summary>Words of a full batch.</summary>
    public int Words { get; }

    /// <summary>Positions of a tile, its room up to whole firings included.</summary>
    public int TilePositions => (TileWords + FiringWords - 1) / FiringWords * FiringWords * WordPositions;

    public WordGridSizes Sizes => new(Words, TileWords, WordPositions, TilePositions, batch * positions);

    public int WordsOf(int images) => (images * positions + WordPositions - 1) / WordPositions;

    /// <summary>Tiles that hold the first so many images.</summary>
    public int TilesOf(int images) => (WordsOf(images) + TileWords - 1) / TileWords;

    /// <summary>Which image and which of its positions; the last one's for those behind the batch.</summary>
    public (int Image, int Position) Position(int number)
    {
        var known = Math.Min(number, batch * positions - 1);
        return (known / positions, known % positions);
    }

    /// <summary>Byte offsets of every tile's positions in a map that is written; −1 where nothing is.</summary>
    public NativeBuffer Targets(NativeHeap heap, LaneMap map)
    {
        var tiles = TilesOf(batch);
        var buffer = heap.AllocateBytes((long)tiles * TilePositions * sizeof(long));
        var offsets = (long*)buffer.Memory;
        for (var tile = 0; tile < tiles; tile++)
            for (var i = 0; i < TilePositions; i++)
            {
                var number = tile * TileWords * WordPositions + i;
                var isThere = i < Sizes.WordsIn(tile) * WordPositions && number < batch * positions;
                var (image, position) = Position(number);
                offsets[tile * TilePositions + i] = isThere
                    ? map.Offset(image, position / map.Shape.Columns, position % map.Shape.Columns)
                    : -1;
            }

        return buffer;
    }

    /// <summary>Byte offset, in a map that is read, of the first weight's input of each position of every word.</summary>
    public NativeBuffer Sources(NativeHeap heap, LaneMap map, ConvolutionGeometry geometry)
    {
        var buffer = heap.AllocateBytes((long)Words * WordPositions * sizeof(long));
        var offsets = (long*)buffer.Memory;
        for (var number = 0; number < Words * WordPositions; number++)
        {
            var (image, position) = Position(number);
            offsets[number] = map.Offset(image, position / geometry.OutputColumns * geometry.StrideRows - geometry.Padding,
                position % geometry.OutputColumns * geometry.StrideColumns - geometry.Padding);
        }

        return buffer;
    }
}
