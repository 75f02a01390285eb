using RobustSnn.Model;

namespace RobustSnn.Robustness;

/// <summary>The weights of a prunable parameter, by its name.</summary>
public readonly record struct PrunableWeights(string Name, float[] Values);

/// <summary>1 where a weight is kept, 0 where it is pruned, in the order of the parameter's values.</summary>
public readonly record struct WeightMask(string Name, float[] Values);

/// <summary>Least-weight-magnitude pruning, LWM (METHODS 5): once, unstructured, with exact counts.</summary>
public static class MagnitudePruning
{
    /// <summary>Prunes the share <paramref name="sparsity"/> of each layer.</summary>
    /// <exception cref="BadInputException">A sparsity outside [0, 1), or a weight that is not finite.</exception>
    public static IReadOnlyList<WeightMask> PerLayer(IReadOnlyList<PrunableWeights> layers, double sparsity) =>
        [.. layers.Select(layer => OverAllLayers([layer], sparsity)[0])];

    /// <summary>Prunes the share <paramref name="sparsity"/> of all layers' weights together; a layer may lose more or less.</summary>
    /// <exception cref="BadInputException">A sparsity outside [0, 1), or a weight that is not finite.</exception>
    public static IReadOnlyList<WeightMask> OverAllLayers(IReadOnlyList<PrunableWeights> layers, double sparsity)
    {
        if (sparsity is not (>= 0 and < 1))
        {
            throw new BadInputException($"Sparsity expects a share from 0 to below 1, found {sparsity}. Write 0.9 for 90 %.");
        }

        var magnitudes = Magnitudes(layers);
        var pruned = PrunedCount(magnitudes.Length, sparsity);
        var masks = layers.Select(layer => new WeightMask(layer.Name, new float[layer.Values.Length])).ToArray();
        if (pruned == 0)
        {
            Array.ForEach(masks, mask => Array.Fill(mask.Values, 1));
            return masks;
        }

        Array.Sort(magnitudes);
        var threshold = magnitudes[pruned - 1];
        var ties = pruned - LessThan(magnitudes, threshold);
        for (var layer = 0; layer < masks.Length; layer++)
        {
            ties = Mark(layers[layer].Values, threshold, ties, masks[layer].Values);
        }

        return masks;
    }

    /// <summary>How many of that many weights are pruned: the nearest whole number, half to even.</summary>
    public static int PrunedCount(int total, double sparsity) => (int)Math.Round(sparsity * total);

    private static float[] Magnitudes(IReadOnlyList<PrunableWeights> layers)
    {
        var all = new float[layers.Sum(layer => layer.Values.Length)];
        var next = 0;
        foreach (var layer in layers)
        {
            for (var i = 0; i < layer.Values.Length; i++)
            {
                if (!float.IsFinite(layer.Values[i]))
                {
                    throw new BadInputException(
                        $"Weight {i} of {layer.Name} is {layer.Values[i]}, expected a finite number. The network's training has diverged.");
                }

                all[next++] = Math.Abs(layer.Values[i]);
            }
        }

        return all;
    }

    private static int LessThan(float[] sorted, float threshold)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            (low, high) = sorted[middle] < threshold ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Prunes what is below the threshold, and of weights equal to it the first ones: as many as ties. Gives the ties left.</summary>
    private static int Mark(float[] weights, float threshold, int ties, float[] mask)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var magnitude = Math.Abs(weights[i]);
            var prunedTie = magnitude == threshold && ties > 0;
            ties -= prunedTie ? 1 : 0;
            mask[i] = magnitude < threshold || prunedTie ? 0 : 1;
        }

        return ties;
    }
}
