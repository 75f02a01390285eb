using System.Globalization;
using RobustSnn.Experiments.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Ledgers;

/// <summary>Whole numbers as ranges, <c>0-999,1203</c>: in order, none twice, neighbours in one range, so that a set of numbers has one text.</summary>
public sealed class NumberRanges : IEquatable<NumberRanges>
{
    /// <summary>The largest number. So many samples are more than any data set has, and how many a set holds is a whole number, too.</summary>
    public const int Largest = int.MaxValue - 1;

    private readonly (int First, int Last)[] ranges;

    private NumberRanges((int First, int Last)[] ranges)
    {
        this.ranges = ranges;
        Count = ranges.Sum(range => range.Last - range.First + 1);
    }

    /// <summary>How many numbers there are: at least 1.</summary>
    public int Count { get; }

    /// <summary>The largest of them.</summary>
    public int Last => ranges[^1].Last;

    /// <summary>The numbers in any order, any of them several times.</summary>
    /// <exception cref="ArgumentException">There are none, or one is not 0 to <see cref="Largest"/>.</exception>
    public static NumberRanges Of(IEnumerable<int> numbers)
    {
        (int First, int Last)[] single = [.. numbers.Select(number => (number, number))];
        if (single.Length == 0 || single.Any(each => each.First is < 0 or > Largest))
        {
            throw new ArgumentException($"expected at least one number, all from 0 to {Largest}", nameof(numbers));
        }

        return new NumberRanges(Joined(single));
    }

    /// <param name="place">What a refusal begins with.</param>
    /// <exception cref="BadInputException">It is not as <see cref="ToString"/> writes it.</exception>
    public static NumberRanges Parse(string place, string text)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            var (first, last) = (0, 0);
            var isRange = ends.Length is 1 or 2 && TryNumber(ends[0], out first) && TryNumber(ends[^1], out last)
                && (ends.Length == 1 || first < last);
            var isInOrder = ranges.Count == 0 || first > ranges[^1].Last + 1;
            if (!isRange || !isInOrder)
            {
                throw new BadInputException($"{place}: expected numbers and ranges of them in order with gaps between, such as 0-999,1203, "
                    + $"found '{JsonFields.Shortened(part)}'" + (isRange ? $" behind {ranges[^1].Last}" : ""));
            }

            ranges.Add((first, last));
        }

        return new NumberRanges([.. ranges]);
    }

    /// <summary>The numbers of both.</summary>
    public NumberRanges Union(NumberRanges other) => new(Joined([.. ranges, .. other.ranges]));

    public bool Contains(int number)
    {
        var (low, high) = (0, ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].Last < number ? (middle + 1, high) : (low, middle);
        }

        return low < ranges.Length && ranges[low].First <= number;
    }

    public bool Equals(NumberRanges? other) => other is not null && ranges.AsSpan().SequenceEqual(other.ranges);

    public override bool Equals(object? obj) => Equals(obj as NumberRanges);

    public override int GetHashCode() => HashCode.Combine(ranges.Length, ranges[0], ranges[^1]);

    public override string ToString() => string.Join(',', ranges.Select(range => range.First == range.Last
        ? string.Create(CultureInfo.InvariantCulture, $"{range.First}")
        : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}")));

    private static (int First, int Last)[] Joined((int First, int Last)[] ranges)
    {
        var joined = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (joined.Count > 0 && range.First <= joined[^1].Last + 1)
            {
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, range.Last));
            }
            else
            {
                joined.Add(range);
            }
        }

        return [.. joined];
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Largest
        && text == number.ToString(CultureInfo.InvariantCulture);
}
