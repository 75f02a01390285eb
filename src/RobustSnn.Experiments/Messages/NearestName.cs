using RobustSnn.Model;

namespace RobustSnn.Experiments.Messages;

/// <summary>Finds what a mistyped name was meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name with the fewest slips of the hand (<see cref="Spelling.distance"/>) to the given one, the first of equals; null where
    /// every one differs in more than half of its letters (rounded up). Upper and lower case count as the same.
    /// </summary>
    public static string? Of(string given, IEnumerable<string> known) => All(given, known).FirstOrDefault();

    /// <summary>
    /// "; did you mean 'x'?", or nothing where no known name is near. Names that are equally near are all given, three at most, because
    /// to suggest one of them would be a guess. To be appended to a refusal.
    /// </summary>
    public static string Hint(string given, IEnumerable<string> known) => All(given, known) is { Length: > 0 } nearest
        ? $"; did you mean {string.Join(" or ", nearest.Take(3).Select(name => $"'{name}'"))}?"
        : "";

    private static string[] All(string given, IEnumerable<string> known)
    {
        (string Name, int Distance)[] near =
        [
            .. known.Select(name => (Name: name, Distance: Spelling.distance(given.ToLowerInvariant(), name.ToLowerInvariant())))
                .Where(each => each.Distance <= (Math.Max(given.Length, each.Name.Length) + 1) / 2),
        ];
        return near.Length == 0 ? [] : [.. near.Where(each => each.Distance == near.Min(other => other.Distance)).Select(each => each.Name)];
    }
}
