using RobustSnn.Model;

namespace RobustSnn.FixedPoint;

/// <summary>What stands between neurons and the layers that read them: pools over spikes and counts.</summary>
internal static class Windows
{
    /// <summary>A value, (channel, row, column), behind the operation: means are sums here, and dropout is nothing.</summary>
    /// <param name="from">Shape of the value.</param>
    /// <param name="to">Shape of the result.</param>
    /// <exception cref="InvalidOperationException">It is no such operation.</exception>
    public static long[] Take(Operation operation, Shape from, Shape to, long[] x) => operation switch
    {
        Operation.AveragePool { size: var size } => Join(new PoolWindow(size, size, 0), from, to, x, (sum, each) => sum + each),
        Operation.MaxPool { size: var size } => Join(new PoolWindow(size, size, 0), from, to, x, Math.Max),
        Operation.OverlappingMaxPool { window: var window } => Join(window, from, to, x, Math.Max),
        { IsGlobalAveragePool: true } => [.. x.Chunk(from.Rows * from.Columns).Select(map => map.Sum())],
        Operation.Dropout => x,
        var other => throw new InvalidOperationException($"{other} is not computed in fixed point"),
    };

    private static long[] Join(PoolWindow window, Shape from, Shape to, long[] x, Func<long, long, long> join)
    {
        var y = new long[to.Count];
        for (var i = 0; i < y.Length; i++)
        {
            var (rest, outputColumn) = Math.DivRem(i, to.Columns);
            var (channel, outputRow) = Math.DivRem(rest, to.Rows);
            for (var tap = 0; tap < window.Size * window.Size; tap++)
            {
                var row = outputRow * window.Stride + tap / window.Size - window.Padding;
                var column = outputColumn * window.Stride + tap % window.Size - window.Padding;
                if (row >= 0 && row < from.Rows && column >= 0 && column < from.Columns)
                {
                    y[i] = join(y[i], x[(channel * from.Rows + row) * from.Columns + column]); // no value is below 0
                }
            }
        }

        return y;
    }
}
