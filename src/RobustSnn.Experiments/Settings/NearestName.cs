namespace RobustSnn.Experiments.Settings;

/// <summary>Finds what a mistyped name was meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name with the smallest Levenshtein distance to the given one, the first of equals; null where every one differs in
    /// more than half of its letters (rounded up, so that two swapped ones of three still count). Upper and lower case count as the same.
    /// </summary>
    public static string? Of(string given, IEnumerable<string> known)
    {
        string? nearest = null;
        int smallest = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(given.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < smallest && distance <= (Math.Max(given.Length, candidate.Length) + 1) / 2)
            {
                nearest = candidate;
                smallest = distance;
            }
        }

        return nearest;
    }

    /// <summary>"; did you mean 'x'?", or nothing where no known name is near. To be appended to a refusal.</summary>
    public static string Hint(string given, IEnumerable<string> known) =>
        Of(given, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>Levenshtein distance: the fewest letters to insert, remove or replace.</summary>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
