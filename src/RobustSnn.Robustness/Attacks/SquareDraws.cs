using RobustSnn.Engine.Randomness;

namespace RobustSnn.Robustness.Attacks;

/// <summary>What Square leaves to chance, sample by sample of a batch.</summary>
public interface ISquareDraws
{
    /// <summary>The stripes that a sample starts with: 1 or −1 for each channel and column.</summary>
    void Stripes(int sample, Span<float> signs);

    /// <summary>The square of a query: its upper row and left column, and 1 or −1 for each channel.</summary>
    /// <param name="rows">Rows that it may begin in.</param>
    /// <param name="columns">Columns that it may begin in.</param>
    (int Row, int Column) Square(int sample, int query, int rows, int columns, Span<float> signs);
}

/// <summary>Draws that are the sample's own, by its number in its data set: whoever else is attacked changes nothing.</summary>
internal sealed class SampleSquareDraws : ISquareDraws
{
    private readonly RandomKey[] stripes;
    private readonly RandomKey[] squares;

    public SampleSquareDraws(RandomKey key, ReadOnlySpan<int> numbers)
    {
        stripes = new RandomKey[numbers.Length];
        squares = new RandomKey[numbers.Length];
        for (var sample = 0; sample < numbers.Length; sample++)
        {
            stripes[sample] = key.Derive(0).Derive((ulong)numbers[sample]);
            squares[sample] = key.Derive(1).Derive((ulong)numbers[sample]);
        }
    }

    public void Stripes(int sample, Span<float> signs)
    {
        RandomDraws.FillUniform(signs, stripes[sample], 0);
        ToSigns(signs);
    }

    public (int Row, int Column) Square(int sample, int query, int rows, int columns, Span<float> signs)
    {
        var (key, first) = (squares[sample], (long)query * (signs.Length + 2));
        RandomDraws.FillUniform(signs, key, first + 2);
        ToSigns(signs);
        return ((int)(rows * RandomDraws.Uniform(key, first)), (int)(columns * RandomDraws.Uniform(key, first + 1)));
    }

    private static void ToSigns(Span<float> draws)
    {
        foreach (ref var draw in draws)
        {
            draw = draw < 0.5f ? -1 : 1;
        }
    }
}
