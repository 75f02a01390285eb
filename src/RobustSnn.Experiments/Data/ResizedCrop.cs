using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>A part of an image, in pixels.</summary>
internal readonly record struct ImageBox(int Top, int Left, int Rows, int Columns);

/// <summary>
/// The box of a random resized crop, distributed as torchvision's <c>RandomResizedCrop</c> draws it: a share of the area uniform in
/// 0.08 … 1, a ratio of width to height whose logarithm is uniform between those of 3/4 and 4/3, and a uniform place. A box that does not
/// fit is drawn again, ten times in all; then it is the middle of the image, as large as the ratios allow.
/// </summary>
internal static class ResizedCrop
{
    private const int Tries = 10;
    private const uint DrawsPerTry = 4;
    private const double LeastShare = 0.08;
    private const double LeastRatio = 3.0 / 4.0;
    private const double LargestRatio = 4.0 / 3.0;

    /// <param name="shape">Of the image.</param>
    /// <param name="random">The image's draws.</param>
    /// <param name="firstDraw">The draws from here on are for the box.</param>
    public static ImageBox Draw(Shape shape, SampleRandom random, uint firstDraw)
    {
        for (var draw = firstDraw; draw < firstDraw + (Tries * DrawsPerTry); draw += DrawsPerTry)
        {
            var area = shape.Rows * shape.Columns * (LeastShare + ((1 - LeastShare) * Uniform(random, draw)));
            var ratio = Math.Exp(Math.Log(LeastRatio) + ((Math.Log(LargestRatio) - Math.Log(LeastRatio)) * Uniform(random, draw + 1)));
            var columns = (int)Math.Round(Math.Sqrt(area * ratio));
            var rows = (int)Math.Round(Math.Sqrt(area / ratio));
            if (rows >= 1 && rows <= shape.Rows && columns >= 1 && columns <= shape.Columns)
            {
                return new(
                    random.Below(shape.Rows - rows + 1, draw + 2), random.Below(shape.Columns - columns + 1, draw + 3), rows, columns);
            }
        }

        return Middle(shape);
    }

    /// <summary>The largest box in the middle whose ratio is allowed.</summary>
    internal static ImageBox Middle(Shape shape)
    {
        var ratio = (double)shape.Columns / shape.Rows;
        var (rows, columns) = ratio < LeastRatio ? ((int)Math.Round(shape.Columns / LeastRatio), shape.Columns)
            : ratio > LargestRatio ? (shape.Rows, (int)Math.Round(shape.Rows * LargestRatio))
            : (shape.Rows, shape.Columns);
        return new((shape.Rows - rows) / 2, (shape.Columns - columns) / 2, rows, columns);
    }

    /// <summary>Uniform in [0, 1).</summary>
    private static double Uniform(SampleRandom random, uint draw) => random.Word(draw) * (1.0 / (1L << 32));
}
