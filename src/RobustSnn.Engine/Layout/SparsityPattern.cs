namespace RobustSnn.Engine.Layout;

/// <summary>Which elements of a tensor exist after pruning: their indices into the dense tensor, row by row, ascending.</summary>
public sealed class SparsityPattern
{
    private readonly int[] existing;

    /// <param name="denseCount">Elements of the dense tensor.</param>
    /// <param name="existing">Indices that exist, strictly ascending.</param>
    /// <exception cref="ArgumentException">They are not ascending, or outside the tensor.</exception>
    public SparsityPattern(int denseCount, ReadOnlySpan<int> existing)
    {
        var last = -1;
        foreach (var index in existing)
        {
            if (index <= last || index >= denseCount)
            {
                throw new ArgumentException($"indices ascend from 0 to below {denseCount}; found {index} after {last}", nameof(existing));
            }

            last = index;
        }

        DenseCount = denseCount;
        this.existing = existing.ToArray();
    }

    /// <summary>Elements of the dense tensor.</summary>
    public int DenseCount { get; }

    /// <summary>Elements that exist.</summary>
    public int Count => existing.Length;

    /// <summary>Their indices, ascending: element i of a compact buffer is element Existing[i] of the dense tensor.</summary>
    public ReadOnlySpan<int> Existing => existing;

    /// <summary>The elements that are not 0 in a mask.</summary>
    public static SparsityPattern OfMask(ReadOnlySpan<float> mask)
    {
        var indices = new List<int>();
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
            {
                indices.Add(i);
            }
        }

        return new SparsityPattern(mask.Length, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(indices));
    }

    /// <summary>The existing elements of a dense tensor.</summary>
    public float[] Compact(ReadOnlySpan<float> dense)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dense.Length, DenseCount);
        var values = new float[Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = dense[existing[i]];
        }

        return values;
    }

    /// <summary>The dense tensor of compact values: 0 where nothing exists.</summary>
    public float[] Expand(ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Count);
        var dense = new float[DenseCount];
        for (var i = 0; i < values.Length; i++)
        {
            dense[existing[i]] = values[i];
        }

        return dense;
    }
}
