namespace RobustSnn.Engine.Randomness;

/// <summary>Names streams of random numbers within streams: a draw depends on what it is for and not on what ran before it.</summary>
public static class RandomKeys
{
    /// <summary>The stream number <paramref name="index"/> of this one: another seed's worth of numbers (SplitMix64's finaliser).</summary>
    public static RandomKey Derive(this RandomKey key, ulong index)
    {
        var mixed = key.Stream + (index + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return key with { Stream = mixed ^ (mixed >> 31) };
    }

    /// <summary>The stream of that name: the same whatever the program's run or the name's place in a list (FNV-1a).</summary>
    public static RandomKey Derive(this RandomKey key, string name)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 0x100000001B3;
        }

        return key.Derive(hash);
    }
}
