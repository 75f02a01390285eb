using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Pruning;

/// <summary>
/// LAMP (Lee et al., ICLR 2021): a weight's score is its square over the sum of the squares of all weights of its layer that are no smaller;
/// the largest scores of the network stay. The score of a layer's largest weight is 1, so that no layer is lost.
/// </summary>
public sealed class Lamp : IPruningMethod
{
    public string Description => "layer-adaptive magnitude scores over all layers";

    public IReadOnlyList<KeptWeights> Choose(
        IReadOnlyList<PrunableWeights> layers, double sparsity, RandomKey random, CancellationToken cancellation = default)
    {
        MagnitudePruning.RequireNumbers(layers);
        double[][] scores = [.. layers.Select(layer => Scores(layer.Values, cancellation))];
        var kept = KeptCounts.Of(scores.Sum(layer => layer.Length), sparsity);

        // In a layer scores rise with magnitudes, so that the number of a layer's kept scores says which of its weights are kept.
        return MagnitudePruning.PerLayer(layers, LargestByLayer(scores, kept), cancellation);
    }

    /// <summary>The scores of a layer in the order of its magnitudes, rising.</summary>
    internal static double[] Scores(float[] weights, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        float[] magnitudes = Array.ConvertAll(weights, Math.Abs);
        Array.Sort(magnitudes);
        var scores = new double[magnitudes.Length];
        var sum = 0.0;
        for (var i = magnitudes.Length - 1; i >= 0; i--)
        {
            var square = (double)magnitudes[i] * magnitudes[i];
            sum += square;
            scores[i] = sum > 0 ? square / sum : 0;
        }

        return scores;
    }

    /// <summary>How many of each layer's scores, which rise, are among the largest of all; of equal ones the first layers' go first.</summary>
    private static int[] LargestByLayer(double[][] scores, int kept)
    {
        double[] all = [.. scores.SelectMany(layer => layer)];
        if (kept == 0)
        {
            return new int[scores.Length];
        }

        Array.Sort(all);
        var border = all[^kept];
        int[] above = [.. scores.Select(layer => layer.Length - FirstAbove(layer, border, orEqual: false))];
        int[] equal = [.. scores.Select((layer, i) => layer.Length - above[i] - FirstAbove(layer, border, orEqual: true))];
        var left = kept - above.Sum();
        for (var i = scores.Length - 1; i >= 0; i--)
        {
            var taken = Math.Min(left, equal[i]);
            above[i] += taken;
            left -= taken;
        }

        return above;
    }

    /// <summary>Index of the first score that is above the border, or also equal to it.</summary>
    private static int FirstAbove(double[] scores, double border, bool orEqual)
    {
        var (low, high) = (0, scores.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var isAbove = orEqual ? scores[middle] >= border : scores[middle] > border;
            (low, high) = isAbove ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
