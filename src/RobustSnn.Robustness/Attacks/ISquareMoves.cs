namespace RobustSnn.Robustness.Attacks;

/// <summary>What Square shows the network of a sample: by the norm of its ball.</summary>
internal interface ISquareMoves
{
    /// <summary>The first image.</summary>
    /// <param name="number">Of the sample in its data set: its draws are its own.</param>
    /// <param name="clean">In [0,1].</param>
    /// <param name="image">Gets the image, in [0,1] and the ball.</param>
    void Start(int number, ReadOnlySpan<float> clean, Span<float> image);

    /// <summary>The image of a query.</summary>
    /// <param name="query">From 0.</param>
    /// <param name="image">The best image so far; gets the one to show, in [0,1] and the ball.</param>
    void Move(int number, int query, ReadOnlySpan<float> clean, Span<float> image);
}
