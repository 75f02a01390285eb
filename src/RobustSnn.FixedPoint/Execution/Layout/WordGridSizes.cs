namespace RobustSnn.FixedPoint.Execution.Layout;

/// <summary>What kernels know of a <see cref="WordGrid"/>.</summary>
/// <param name="Words">Of a full batch.</param>
/// <param name="TileWords">Of a full tile.</param>
/// <param name="WordPositions">Positions of a word.</param>
/// <param name="TilePositions">Positions for which a tile has room.</param>
/// <param name="Positions">Of all images.</param>
internal readonly record struct WordGridSizes(int Words, int TileWords, int WordPositions, int TilePositions, int Positions)
{
    /// <summary>Words of a tile.</summary>
    public int WordsIn(int tile) => Math.Min(TileWords, Words - tile * TileWords);
}
