using RobustSnn.Engine;

namespace RobustSnn.Experiments.Data;

/// <summary>What random numbers are for: draws for different purposes never share a Philox counter.</summary>
public enum RandomPurpose : uint
{
    Augmentation = 1,
    Shuffle = 2,
    Split = 3,
    TrainShapes = 4,
    TestShapes = 5,
}

/// <summary>
/// The random numbers of one sample in one epoch: draw n is a pure function of (seed, purpose, epoch, index, n), whatever thread or
/// batch asks for it.
/// </summary>
public readonly struct SampleRandom(ulong seed, RandomPurpose purpose, uint epoch, uint index)
{
    /// <summary>Draw <paramref name="draw"/>: a uniform 32-bit word.</summary>
    public uint Word(uint draw)
    {
        var (word0, word1, word2, word3) = Words(draw / 4);
        return (draw % 4) switch
        {
            0 => word0,
            1 => word1,
            2 => word2,
            _ => word3,
        };
    }

    /// <summary>Draws 4·<paramref name="block"/> … 4·block + 3, for the price of one.</summary>
    public (uint, uint, uint, uint) Words(uint block) =>
        Philox.Generate(index | ((ulong)epoch << 32), block | ((ulong)purpose << 32), seed);

    /// <summary>Draw <paramref name="draw"/> as a whole number, uniform in 0 … <paramref name="bound"/> − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int Below(int bound, uint draw)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)(((ulong)Word(draw) * (uint)bound) >> 32);
    }

    /// <summary>
    /// A uniform permutation of <paramref name="items"/> in place, as a pure function of the arguments (Fisher-Yates: element i takes
    /// its swap from sample i).
    /// </summary>
    public static void Shuffle(Span<int> items, ulong seed, RandomPurpose purpose, uint epoch)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = new SampleRandom(seed, purpose, epoch, (uint)i).Below(i + 1, 0);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
