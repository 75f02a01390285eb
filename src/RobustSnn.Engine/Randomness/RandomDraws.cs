using System.Runtime.CompilerServices;

namespace RobustSnn.Engine.Randomness;

/// <summary>
/// The one mapping from (<see cref="RandomKey"/>, element) to a draw, the same on every backend. Elements 4b to 4b + 3 come from Philox
/// block b: counterLow = b, counterHigh = Stream, key = Seed.
/// </summary>
public static class RandomDraws
{
    /// <summary>Draws of one Philox block.</summary>
    private const int BlockDraws = 4;

    private const double TwoToMinus32 = 1.0 / (1L << 32);

    /// <summary>Element <paramref name="index"/> of a uniform stream: word index mod 4 of its block, its upper 24 bits, in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Uniform(RandomKey key, long index)
    {
        var (w0, w1, w2, w3) = Block(key, index / BlockDraws);
        return ToUniform((index % BlockDraws) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 });
    }

    /// <summary>
    /// Element <paramref name="index"/> of a standard normal stream, by Box and Muller: words (0, 1) of its block give the block's
    /// elements 0 and 1, words (2, 3) give 2 and 3; with a = (first + 1)·2⁻³² and b = second·2⁻³² they are √(−2 ln a)·cos 2πb and
    /// √(−2 ln a)·sin 2πb, computed in double and rounded once. Magnitudes reach √(2·32·ln 2) = 6.66.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Normal(RandomKey key, long index)
    {
        var (w0, w1, w2, w3) = Block(key, index / BlockDraws);
        var (cosine, sine) = index % BlockDraws < 2 ? ToNormals(w0, w1) : ToNormals(w2, w3);
        return index % 2 == 0 ? cosine : sine;
    }

    /// <summary>Elements <paramref name="start"/>, start + 1, … of a uniform stream, each block computed once.</summary>
    public static void FillUniform(Span<float> target, RandomKey key, long start)
    {
        var at = 0;
        for (; at < target.Length && (start + at) % BlockDraws != 0; at++)
            target[at] = Uniform(key, start + at);
        for (; at <= target.Length - BlockDraws; at += BlockDraws)
        {
            var (w0, w1, w2, w3) = Block(key, (start + at) / BlockDraws);
            target[at] = ToUniform(w0);
            target[at + 1] = ToUniform(w1);
            target[at + 2] = ToUniform(w2);
            target[at + 3] = ToUniform(w3);
        }

        for (; at < target.Length; at++)
            target[at] = Uniform(key, start + at);
    }

    /// <summary>Elements <paramref name="start"/>, start + 1, … of a standard normal stream, each block computed once.</summary>
    public static void FillNormal(Span<float> target, RandomKey key, long start)
    {
        var at = 0;
        for (; at < target.Length && (start + at) % BlockDraws != 0; at++)
            target[at] = Normal(key, start + at);
        for (; at <= target.Length - BlockDraws; at += BlockDraws)
        {
            var (w0, w1, w2, w3) = Block(key, (start + at) / BlockDraws);
            (target[at], target[at + 1]) = ToNormals(w0, w1);
            (target[at + 2], target[at + 3]) = ToNormals(w2, w3);
        }

        for (; at < target.Length; at++)
            target[at] = Normal(key, start + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (uint, uint, uint, uint) Block(RandomKey key, long block) => Philox.Generate((ulong)block, key.Stream, key.Seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float ToUniform(uint word) => (word >> 8) * (1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float, float) ToNormals(uint first, uint second)
    {
        var radius = Math.Sqrt(-2 * Math.Log((first + 1.0) * TwoToMinus32));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * TwoToMinus32 * second);
        return ((float)(radius * cosine), (float)(radius * sine));
    }
}
