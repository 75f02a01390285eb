using RobustSnn.Engine.Randomness;

namespace RobustSnn.Experiments.Data;

/// <summary>What random numbers are for: draws for different purposes never share a Philox counter.</summary>
public enum RandomPurpose : uint
{
    Augmentation = 1,
    Shuffle = 2,
    Split = 3,
    TrainShapes = 4,
    TestShapes = 5,
    ExtraShuffle = 6,
}

/// <summary>One pass over images: those of different seeds, stages or epochs share no order and no change to an image.</summary>
/// <param name="Seed">Of the run.</param>
/// <param name="Stage">A number a stage of the run, below 2²⁴; 0 where there is one only.</param>
/// <param name="Epoch">From 0.</param>
public readonly record struct ImagePass(ulong Seed, uint Stage, uint Epoch);

/// <summary>
/// The random numbers of one sample in one pass: draw n is a pure function of (seed, purpose, stage, epoch, index, n), whatever thread
/// or batch asks for it.
/// </summary>
public readonly struct SampleRandom(ImagePass pass, RandomPurpose purpose, uint index)
{
    private const int StageShift = 8;

    /// <summary>The random numbers of a sample where there is one pass only.</summary>
    public SampleRandom(ulong seed, RandomPurpose purpose, uint epoch, uint index)
        : this(new ImagePass(seed, 0, epoch), purpose, index)
    {
    }

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
        Philox.Generate(index | ((ulong)pass.Epoch << 32), block | ((ulong)((uint)purpose | (pass.Stage << StageShift)) << 32), pass.Seed);

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
    public static void Shuffle(Span<int> items, ImagePass pass, RandomPurpose purpose)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = new SampleRandom(pass, purpose, (uint)i).Below(i + 1, 0);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
