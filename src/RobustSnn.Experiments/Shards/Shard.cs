using System.Globalization;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Shards;

/// <summary>A part of work whose parts do not talk to each other: <c>3/16</c> is the third of sixteen, as equal as can be.</summary>
/// <param name="Part">From 1.</param>
/// <param name="Of">How many parts there are.</param>
public readonly record struct Shard(int Part, int Of)
{
    private const string Auto = "auto";

    /// <summary>As <see cref="ToString"/> writes it, or <c>auto</c>, or <c>auto/16</c>, for the part that a scheduler gave this process.</summary>
    /// <param name="variable">The value of a variable of the environment; null where there is none.</param>
    /// <exception cref="BadInputException">It is not so, there is no such part, or the scheduler does not say which.</exception>
    public static Shard Parse(string text, Func<string, string?> variable)
    {
        if (text == Auto)
        {
            return ScheduledShard.Find(null, variable);
        }

        var numbers = text.Split('/');
        if (numbers.Length == 2 && Read(numbers[1]) is { } of)
        {
            if (numbers[0] == Auto)
            {
                return ScheduledShard.Find(of, variable);
            }

            if (Read(numbers[0]) is { } part && part <= of)
            {
                return new Shard(part, of);
            }
        }

        throw new BadInputException(
            $"--shard: expected the part and the number of parts, such as 3/16 for the third of sixteen, or auto for the one that a scheduler gave, found '{text}'");

        static int? Read(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
                && text == value.ToString(CultureInfo.InvariantCulture) ? value : null;
    }

    /// <summary>Which of so many things are this part, in their order: from the first on, up to before the end.</summary>
    /// <param name="what">What they are, for a refusal: "images".</param>
    /// <exception cref="BadInputException">There are more parts than things.</exception>
    public (int First, int End) Range(int count, string what) => Of <= count
        ? ((int)((long)count * (Part - 1) / Of), (int)((long)count * Part / Of))
        : throw new BadInputException($"--shard: expected at most as many parts as there are {what}, {count}, found {Of}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}/{Of}");
}
