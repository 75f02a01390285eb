using RobustSnn.Model;

namespace RobustSnn.Robustness.Pruning;

/// <summary>How many weights are kept: of a network, and of each of its layers.</summary>
public static class KeptCounts
{
    /// <summary>How many of that many weights are kept: all but the nearest whole number to their share, half to even.</summary>
    /// <exception cref="BadInputException">A sparsity outside [0, 1).</exception>
    public static int Of(int total, double sparsity) => sparsity is >= 0 and < 1
        ? total - (int)Math.Round(sparsity * total)
        : throw new BadInputException($"Sparsity expects a share from 0 to below 1, found {sparsity}. Write 0.9 for 90 %.");

    /// <summary>
    /// Divides a network's kept weights among its layers in proportion to what each claims. A layer that would get more than it has is kept
    /// whole, and the others divide the rest. The sum is exact; where there are enough, every layer gets at least one, so that the network
    /// stays connected.
    /// </summary>
    /// <param name="claims">Above 0, in any unit, one a layer.</param>
    /// <param name="sizes">The number of weights of each layer.</param>
    /// <param name="kept">From 0 to the sum of the sizes.</param>
    public static int[] Divide(IReadOnlyList<double> claims, IReadOnlyList<int> sizes, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(claims.Count, sizes.Count, nameof(claims));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, sizes.Sum());
        ArgumentOutOfRangeException.ThrowIfNegative(kept);
        return Round(Fill(claims, sizes, kept), sizes, kept);
    }

    /// <summary>min(size, factor·claim) of each layer, with the factor for which they sum to the number that is kept.</summary>
    private static double[] Fill(IReadOnlyList<double> claims, IReadOnlyList<int> sizes, int kept)
    {
        var isWhole = new bool[sizes.Count];
        while (true)
        {
            double left = kept, claimed = 0;
            for (var i = 0; i < sizes.Count; i++)
            {
                (left, claimed) = isWhole[i] ? (left - sizes[i], claimed) : (left, claimed + claims[i]);
            }

            var factor = claimed > 0 ? left / claimed : 0;
            var over = Enumerable.Range(0, sizes.Count).Where(i => !isWhole[i] && factor * claims[i] > sizes[i]).ToArray();
            if (over.Length == 0)
            {
                return [.. sizes.Select((size, i) => isWhole[i] ? size : factor * claims[i])];
            }

            // What one gives up, the others get: none of these can come back below its size.
            Array.ForEach(over, i => isWhole[i] = true);
        }
    }

    /// <summary>Whole numbers of the same sum: those that lack most to what they should be get one more.</summary>
    private static int[] Round(double[] wished, IReadOnlyList<int> sizes, int kept)
    {
        var least = kept >= sizes.Count ? 1 : 0;
        int[] counts = [.. wished.Select((count, i) => Math.Clamp((int)Math.Floor(count), Math.Min(least, sizes[i]), sizes[i]))];
        var left = kept - counts.Sum();
        while (left != 0)
        {
            var step = Math.Sign(left);
            var next = Enumerable.Range(0, counts.Length).Where(i => step > 0 ? counts[i] < sizes[i] : counts[i] > least)
                .MaxBy(i => step * (wished[i] - counts[i]));
            counts[next] += step;
            left -= step;
        }

        return counts;
    }
}
