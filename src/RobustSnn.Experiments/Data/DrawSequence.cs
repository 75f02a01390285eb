namespace RobustSnn.Experiments.Data;

/// <summary>The random numbers of one sample taken one after the other, four at a time from Philox.</summary>
internal struct DrawSequence(SampleRandom random)
{
    private (uint, uint, uint, uint) words;
    private uint drawn;
    private uint noise;
    private int noiseLeft;

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1.</summary>
    public int Below(int bound) => (int)(((ulong)Next() * (uint)bound) >> 32);

    /// <summary>Uniform in <paramref name="least"/> … <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>Sum of two uniform numbers, −15 … 15, deviation 6.5: four of them from one word.</summary>
    public int Noise()
    {
        if (noiseLeft == 0)
        {
            noise = Next();
            noiseLeft = 4;
        }

        var value = (int)(noise & 15) + (int)((noise >> 4) & 15) - 15;
        noise >>= 8;
        noiseLeft--;
        return value;
    }

    private uint Next()
    {
        var draw = drawn++;
        if (draw % 4 == 0)
        {
            words = random.Words(draw / 4);
        }

        return (draw % 4) switch
        {
            0 => words.Item1,
            1 => words.Item2,
            2 => words.Item3,
            _ => words.Item4,
        };
    }
}
