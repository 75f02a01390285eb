using System.Runtime.InteropServices;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine;
using RobustSnn.Model;

namespace RobustSnn.Robustness.Pruning;

/// <summary>Chooses weights by their magnitude: unstructured, with exact counts.</summary>
public static class MagnitudePruning
{
    /// <summary>Prunes the share <paramref name="sparsity"/> of each layer.</summary>
    /// <exception cref="BadInputException">A sparsity outside [0, 1), or a weight that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<KeptWeights> PerLayer(
        IReadOnlyList<PrunableWeights> layers, double sparsity, CancellationToken cancellation = default) =>
        [.. layers.Select(layer => OverAllLayers([layer], sparsity, cancellation)[0])];

    /// <summary>Keeps the largest weights of each layer, so many of each.</summary>
    /// <exception cref="BadInputException">A weight that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<KeptWeights> PerLayer(
        IReadOnlyList<PrunableWeights> layers, IReadOnlyList<int> counts, CancellationToken cancellation = default) =>
        [.. layers.Select((layer, i) => Largest([layer], counts[i], cancellation)[0])];

    /// <summary>Prunes the share <paramref name="sparsity"/> of all layers' weights together; a layer may lose more or less.</summary>
    /// <exception cref="BadInputException">A sparsity outside [0, 1), or a weight that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<KeptWeights> OverAllLayers(
        IReadOnlyList<PrunableWeights> layers, double sparsity, CancellationToken cancellation = default)
    {
        var total = layers.Sum(layer => layer.Values.Length);
        return Largest(layers, KeptCounts.Of(total, sparsity), cancellation);
    }

    /// <summary>Keeps the largest of all layers' weights together, so many of them; of equal ones the last.</summary>
    /// <exception cref="BadInputException">A weight that is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<KeptWeights> Largest(IReadOnlyList<PrunableWeights> layers, int count, CancellationToken cancellation = default)
    {
        RequireNumbers(layers);
        var pruned = layers.Sum(layer => layer.Values.Length) - count;
        var (threshold, smaller) = pruned == 0 ? (0, 0) : Smallest(layers, pruned, cancellation);
        var ties = pruned - smaller;
        var kept = new List<KeptWeights>();
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            kept.Add(new KeptWeights(layer.Name, Keep(layer.Values, threshold, ref ties)));
        }

        return kept;
    }

    /// <summary>Keeps the weights of at least that magnitude, in every layer alike; a layer may lose all or none.</summary>
    /// <exception cref="BadInputException">A weight that is not finite.</exception>
    public static IReadOnlyList<KeptWeights> AtLeast(IReadOnlyList<PrunableWeights> layers, float magnitude)
    {
        RequireNumbers(layers);
        var ties = 0;
        return [.. layers.Select(layer => new KeptWeights(layer.Name, Keep(layer.Values, magnitude, ref ties)))];
    }

    /// <exception cref="BadInputException">A weight is not finite.</exception>
    internal static void RequireNumbers(IReadOnlyList<PrunableWeights> layers)
    {
        foreach (var layer in layers)
        {
            if (Array.FindIndex(layer.Values, value => !float.IsFinite(value)) is var index and >= 0)
            {
                throw new BadInputException(
                    $"Weight {index} of {layer.Name} is {layer.Values[index]}, expected a finite number. The network's training has diverged.");
            }
        }
    }

    /// <summary>The k-th smallest magnitude of all, k from 1, and how many are smaller: the bits of floats from 0 on have their order.</summary>
    private static (float Magnitude, int Smaller) Smallest(IReadOnlyList<PrunableWeights> layers, int k, CancellationToken cancellation)
    {
        var (upper, smaller) = Find(layers, k, bits => bits >> 16, cancellation);
        var (lower, smallerThere) = Find(layers, k - smaller, bits => bits >> 16 == upper ? bits & 0xFFFF : null, cancellation);
        return (BitConverter.UInt32BitsToSingle((upper << 16) | lower), smaller + smallerThere);
    }

    /// <summary>Half of the bits of the k-th smallest of the magnitudes that have such, and how many have smaller ones.</summary>
    private static (uint Half, int Smaller) Find(IReadOnlyList<PrunableWeights> layers, int k, Func<uint, uint?> half, CancellationToken cancellation)
    {
        var counts = new int[1 << 16];
        foreach (var layer in layers)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var value in layer.Values)
            {
                if (half(BitConverter.SingleToUInt32Bits(Math.Abs(value))) is { } found)
                {
                    counts[found]++;
                }
            }
        }

        var smaller = 0;
        var at = 0u;
        while (smaller + counts[at] < k)
        {
            smaller += counts[at++];
        }

        return (at, smaller);
    }

    /// <summary>Prunes what is below the threshold, and of weights equal to it the first ones: as many as ties. Leaves the ties left.</summary>
    private static SparsityPattern Keep(float[] weights, float threshold, ref int ties)
    {
        var kept = new List<int>();
        for (var i = 0; i < weights.Length; i++)
        {
            var magnitude = Math.Abs(weights[i]);
            if (magnitude == threshold && ties > 0)
            {
                ties--;
            }
            else if (magnitude >= threshold)
            {
                kept.Add(i);
            }
        }

        return new SparsityPattern(weights.Length, CollectionsMarshal.AsSpan(kept));
    }
}
