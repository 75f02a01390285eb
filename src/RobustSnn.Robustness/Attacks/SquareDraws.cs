using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What Square in L∞ leaves to chance, by a sample's number in its data set.</summary>
public interface ISquareDraws
{
    /// <summary>The stripes that a sample starts with: 1 or −1 for each channel and column.</summary>
    void Stripes(int number, Span<float> signs);

    /// <summary>The square of a query: its upper row and left column, and 1 or −1 for each channel.</summary>
    /// <param name="rows">Rows that it may begin in.</param>
    /// <param name="columns">Columns that it may begin in.</param>
    (int Row, int Column) Square(int number, int query, int rows, int columns, Span<float> signs);
}

/// <summary>Draws that are the sample's own: whoever else is attacked changes nothing.</summary>
internal sealed class SampleSquareDraws(RandomKey key) : ISquareDraws
{
    public void Stripes(int number, Span<float> signs) => FillSigns(signs, StartKey(key, number), 0);

    public (int Row, int Column) Square(int number, int query, int rows, int columns, Span<float> signs)
    {
        var (its, first) = (QueryKey(key, number), (long)query * (signs.Length + 2));
        FillSigns(signs, its, first + 2);
        return (Below(rows, its, first), Below(columns, its, first + 1));
    }

    /// <summary>The stream of what a sample starts with.</summary>
    public static RandomKey StartKey(RandomKey key, int number) => key.Derive(0).Derive((ulong)number);

    /// <summary>The stream of a sample's queries.</summary>
    public static RandomKey QueryKey(RandomKey key, int number) => key.Derive(1).Derive((ulong)number);

    /// <summary>1 or −1 alike.</summary>
    public static void FillSigns(Span<float> signs, RandomKey key, long first)
    {
        RandomDraws.FillUniform(signs, key, first);
        foreach (ref var sign in signs)
        {
            sign = sign < 0.5f ? -1 : 1;
        }
    }

    /// <summary>A whole number from 0, below that one.</summary>
    public static int Below(int end, RandomKey key, long index) => (int)(end * RandomDraws.Uniform(key, index));
}
