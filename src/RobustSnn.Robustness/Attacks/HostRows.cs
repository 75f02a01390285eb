namespace RobustSnn.Robustness.Attacks;

/// <summary>What a run remembers of its samples on the host: a row for each place of the batch.</summary>
internal static class HostRows
{
    /// <summary>Moves rows as <see cref="AttackRun.Moved"/> says: place i gets the row of <c>sources[i]</c>, which is not below i.</summary>
    /// <param name="length">Of a row.</param>
    public static void Move<T>(T[] rows, int length, ReadOnlySpan<int> sources)
    {
        for (var place = 0; place < sources.Length; place++)
        {
            if (sources[place] != place)
            {
                Array.Copy(rows, sources[place] * length, rows, place * length, length);
            }
        }
    }
}
