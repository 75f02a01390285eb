using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <summary>Square's images in L∞: stripes of ±ε, then squares that are moved by ±2ε in each channel, back into the ball.</summary>
internal sealed class SquareInInfinity(Shape shape, float radius, int queries, ISquareDraws draws) : ISquareMoves
{
    private readonly float[] signs = new float[shape.Channels * shape.Columns];

    public void Start(int number, ReadOnlySpan<float> clean, Span<float> image)
    {
        draws.Stripes(number, this.signs);
        for (var i = 0; i < image.Length; i++)
        {
            var (channel, column) = (i / (shape.Rows * shape.Columns), i % shape.Columns);
            image[i] = Math.Clamp(clean[i] + radius * this.signs[channel * shape.Columns + column], 0, 1);
        }
    }

    public void Move(int number, int query, ReadOnlySpan<float> clean, Span<float> image)
    {
        var side = Square.Side(query, queries, shape);
        var its = this.signs.AsSpan(0, shape.Channels);

        // As the reference: the last row and column that it could begin in are left out, but where there is only one.
        var (row, column) = draws.Square(number, query, Math.Max(shape.Rows - side, 1), Math.Max(shape.Columns - side, 1), its);
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            for (var y = row; y < row + side; y++)
            {
                var first = (channel * shape.Rows + y) * shape.Columns + column;
                for (var i = first; i < first + side; i++)
                {
                    var moved = Math.Clamp(image[i] + 2 * radius * its[channel], clean[i] - radius, clean[i] + radius);
                    image[i] = Math.Clamp(moved, 0, 1);
                }
            }
        }
    }
}
