using System.Collections.Immutable;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Data;

/// <summary>
/// Training images divided into those trained on and those held out for choosing checkpoints, as ascending indices into one set.
/// Choosing on the test set would make its accuracy a training result.
/// </summary>
public sealed record DataSplit(ImmutableArray<int> Training, ImmutableArray<int> Validation)
{
    /// <summary>
    /// Holds out <paramref name="validationCount"/> images, drawn at random within each class, every class by its share (within one
    /// image). A pure function of the labels, the count and the seed.
    /// </summary>
    /// <exception cref="BadInputException">The count is negative or leaves nothing to train on.</exception>
    public static DataSplit Stratified(ImageSet training, int validationCount, ulong seed)
    {
        if (validationCount < 0 || validationCount >= training.Count)
        {
            throw new BadInputException(
                $"{training.Name}: {validationCount} validation images cannot be held out of {training.Count}. "
                + $"Expected 0 … {training.Count - 1}; choose fewer.");
        }

        var order = Enumerable.Range(0, training.Count).ToArray();
        SampleRandom.Shuffle(order, new ImagePass(seed, Stage: 0, Epoch: 0), RandomPurpose.Split);

        var quota = Quotas(training, validationCount);
        var heldOut = new bool[training.Count];
        foreach (var index in order)
        {
            ref var left = ref quota[training.Labels[index]];
            if (left > 0)
            {
                left--;
                heldOut[index] = true;
            }
        }

        var ascending = Enumerable.Range(0, training.Count).ToLookup(index => heldOut[index]);
        return new([.. ascending[false]], [.. ascending[true]]);
    }

    /// <summary>Largest remainders: each class's exact share rounded down, then one more where most was lost, lower class first.</summary>
    private static int[] Quotas(ImageSet training, int validationCount)
    {
        var sizes = new long[training.Classes];
        foreach (var label in training.Labels)
        {
            sizes[label]++;
        }

        var quotas = sizes.Select(size => (int)(size * validationCount / training.Count)).ToArray();
        var mostLost = Enumerable.Range(0, sizes.Length).OrderByDescending(label => sizes[label] * validationCount % training.Count);
        foreach (var label in mostLost.Take(validationCount - quotas.Sum()))
        {
            quotas[label]++;
        }

        return quotas;
    }
}
