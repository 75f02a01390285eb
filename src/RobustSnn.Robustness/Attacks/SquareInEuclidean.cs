using RobustSnn.Engine.Randomness;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Attacks;

/// <summary>
/// Square's images in L2: a tiling of peaks (<see cref="SquareWindow"/>), then queries that take the change out of one window and put its length into
/// another, which gets peaks beside what it had. The whole change keeps the ball's radius; what [0,1] cuts off is given out again by the next query.
/// </summary>
internal sealed class SquareInEuclidean(Shape shape, float radius, int queries, RandomKey key) : ISquareMoves
{
    private const int TilesAside = 5;
    private const int SmallestSide = 3;
    private const double Least = 1e-12; // in place of a length of 0 that is divided by

    private readonly double[] change = new double[shape.Count];
    private readonly float[] signs = new float[shape.Channels];
    private readonly Dictionary<int, double[]> peaks = [];

    public void Start(int number, ReadOnlySpan<float> clean, Span<float> image)
    {
        Array.Clear(change);
        var side = Math.Max(Math.Min(shape.Rows, shape.Columns) / TilesAside, 1);
        var (top, left) = (Margin(shape.Rows, side), Margin(shape.Columns, side));
        var (its, draw) = (SampleSquareDraws.StartKey(key, number), 0L);
        for (var row = top; row + side <= shape.Rows; row += side)
        {
            for (var column = left; column + side <= shape.Columns; column += side, draw += shape.Channels + 1)
            {
                var isTurned = RandomDraws.Uniform(its, draw) < 0.5f;
                SampleSquareDraws.FillSigns(this.signs, its, draw + 1);
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    AddPeaks(new Window(row, column, side), channel, isTurned);
                }
            }
        }

        Write(clean, image);
    }

    public void Move(int number, int query, ReadOnlySpan<float> clean, Span<float> image)
    {
        var side = Side(query);
        var (its, first) = (SampleSquareDraws.QueryKey(key, number), (long)query * (shape.Channels + 5));
        var filled = new Window(Row(0), Column(1), side);
        var emptied = new Window(Row(2), Column(3), side);
        var isTurned = RandomDraws.Uniform(its, first + 4) < 0.5f;
        SampleSquareDraws.FillSigns(this.signs, its, first + 5);

        var squares = 0.0;
        for (var i = 0; i < image.Length; i++)
        {
            change[i] = (double)image[i] - clean[i];
            squares += change[i] * change[i];
        }

        var free = Math.Max((double)radius * radius - squares, 0) / shape.Channels;
        for (var channel = 0; channel < shape.Channels; channel++)
        {
            var (had, both) = (Squares(filled, channel), Squares(filled, channel) + Squares(emptied, channel, except: filled));
            Scale(filled, channel, 1 / (Least + Math.Sqrt(had)));
            AddPeaks(filled, channel, isTurned);
            Scale(filled, channel, Math.Sqrt(free + both) / (Least + Math.Sqrt(Squares(filled, channel))));
            Scale(emptied, channel, 0, except: filled);
        }

        Write(clean, image);

        // As in L∞: the last row and column that a window could begin in are left out, but where there is only one.
        int Row(int draw) => SampleSquareDraws.Below(Math.Max(shape.Rows - side, 1), its, first + draw);
        int Column(int draw) => SampleSquareDraws.Below(Math.Max(shape.Columns - side, 1), its, first + draw);
    }

    /// <summary>Of a query's windows: as in L∞, but odd and at least 3 where the image has room.</summary>
    private int Side(int query)
    {
        var side = Math.Max(Square.Side(query, queries, shape), SmallestSide);
        return Math.Min(side | 1, Math.Min(shape.Rows, shape.Columns));
    }

    /// <summary>Where five tiles begin that lie in the middle.</summary>
    private static int Margin(int length, int side) => Math.Max(length - TilesAside * side, 0) / 2;

    private void AddPeaks(Window window, int channel, bool isTurned)
    {
        if (!peaks.TryGetValue(window.Side, out var added))
        {
            added = SquareWindow.Peaks(window.Side);
            peaks.Add(window.Side, added);
        }

        for (var y = 0; y < window.Side; y++)
        {
            for (var x = 0; x < window.Side; x++)
            {
                var peak = added[isTurned ? x * window.Side + y : y * window.Side + x];
                change[Index(channel, window.Row + y, window.Column + x)] += this.signs[channel] * peak;
            }
        }
    }

    private double Squares(Window window, int channel, Window except = default)
    {
        var sum = 0.0;
        foreach (var i in Indices(window, channel, except))
        {
            sum += change[i] * change[i];
        }

        return sum;
    }

    private void Scale(Window window, int channel, double factor, Window except = default)
    {
        foreach (var i in Indices(window, channel, except))
        {
            change[i] *= factor;
        }
    }

    /// <summary>The pixels of a window that are not in the other one.</summary>
    private IEnumerable<int> Indices(Window window, int channel, Window except)
    {
        for (var y = window.Row; y < window.Row + window.Side; y++)
        {
            for (var x = window.Column; x < window.Column + window.Side; x++)
            {
                if (!except.Contains(y, x))
                {
                    yield return Index(channel, y, x);
                }
            }
        }
    }

    private int Index(int channel, int row, int column) => (channel * shape.Rows + row) * shape.Columns + column;

    /// <summary>The clean image with the change at the ball's radius, in [0,1].</summary>
    private void Write(ReadOnlySpan<float> clean, Span<float> image)
    {
        var squares = 0.0;
        foreach (var each in change)
        {
            squares += each * each;
        }

        var scale = radius / (Least + Math.Sqrt(squares));
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (float)Math.Clamp(clean[i] + scale * change[i], 0, 1);
        }
    }

    private readonly record struct Window(int Row, int Column, int Side)
    {
        public bool Contains(int row, int column) => row >= Row && row < Row + Side && column >= Column && column < Column + Side;
    }
}
