namespace RobustSnn.Experiments.Files;

/// <summary>
/// Strictly ascending indices from 0 as bytes. A byte below 255 is an index: it says how many are left out since the one before, or since the beginning.
/// A byte of 255 is none, and leaves out 255. Where one of ten elements is there, an index takes one byte; of a hundred, 1.08.
/// </summary>
/// <remarks>In NumPy: steps = gaps.astype(int); is_index = steps &lt; 255; indices = (cumsum(steps + is_index) - 1)[is_index].</remarks>
internal static class IndexGaps
{
    private const byte None = byte.MaxValue;

    public static byte[] Of(ReadOnlySpan<int> indices)
    {
        var gaps = new List<byte>(indices.Length + indices.Length / 8);
        var next = 0;
        foreach (var index in indices)
        {
            for (; index - next >= None; next += None)
            {
                gaps.Add(None);
            }

            gaps.Add((byte)(index - next));
            next = index + 1;
        }

        return [.. gaps];
    }

    /// <summary>The indices; null where they go beyond an int, or bytes that are none end them.</summary>
    public static int[]? Read(ReadOnlySpan<byte> gaps)
    {
        var indices = new int[gaps.Length - gaps.Count(None)];
        var (count, next) = (0, 0L);
        foreach (var gap in gaps)
        {
            next += gap;
            if (gap == None)
            {
                continue;
            }

            if (next > int.MaxValue)
            {
                return null;
            }

            indices[count++] = (int)next++;
        }

        return gaps.IsEmpty || gaps[^1] != None ? indices : null;
    }
}
