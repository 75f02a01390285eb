using RobustSnn.Model;

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
            int distance = Spelling.distance(given.ToLowerInvariant(), candidate.ToLowerInvariant());
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
}
