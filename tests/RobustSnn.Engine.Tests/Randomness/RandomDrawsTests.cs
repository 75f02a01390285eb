using NUnit.Framework;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Tests.Randomness;

public static class RandomDrawsTests
{
    private static readonly RandomKey Key = new(0x243F6A8885A308D3, 0x13198A2E03707344);

    /// <summary>Starts and lengths that cut blocks of four in every way.</summary>
    private static IEnumerable<TestCaseData> Ranges =>
        from start in new long[] { 0, 1, 2, 3, 4, (1L << 34) + 3 }
        from length in new[] { 0, 1, 2, 3, 4, 5, 9, 64 }
        select new TestCaseData(start, length);

    [TestCaseSource(nameof(Ranges))]
    public static void AUniformFillIsItsElements(long start, int length)
    {
        var filled = new float[length];
        RandomDraws.FillUniform(filled, Key, start);
        Assert.That(filled, Is.EqualTo(Enumerable.Range(0, length).Select(i => RandomDraws.Uniform(Key, start + i))));
    }

    [TestCaseSource(nameof(Ranges))]
    public static void ANormalFillIsItsElements(long start, int length)
    {
        var filled = new float[length];
        RandomDraws.FillNormal(filled, Key, start);
        Assert.That(filled, Is.EqualTo(Enumerable.Range(0, length).Select(i => RandomDraws.Normal(Key, start + i))));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(6)]
    [TestCase(1_000_003)]
    public static void AUniformDrawIsTheUpperBitsOfItsWord(long index)
    {
        var (w0, w1, w2, w3) = Philox.Generate((ulong)index / 4, Key.Stream, Key.Seed);
        var word = new[] { w0, w1, w2, w3 }[index % 4];
        Assert.That(RandomDraws.Uniform(Key, index), Is.EqualTo((word >> 8) / 16777216f));
    }

    [Test]
    public static void UniformDrawsFillTheUnitIntervalEvenly()
    {
        var draws = Fill(RandomDraws.FillUniform);
        Assert.That(draws.Min(), Is.InRange(0, 1e-3));
        Assert.That(draws.Max(), Is.InRange(0.999, 1 - 1e-7));
        Assert.That(Enumerable.Range(0, 10).Select(decile => draws.Count(x => (int)(10 * x) == decile) / (double)draws.Length),
            Is.All.EqualTo(0.1).Within(5e-3));
    }

    /// <summary>The moments of a standard normal: 0, 1, 0, 3.</summary>
    [TestCase(1, 0, 0.01)]
    [TestCase(2, 1, 0.02)]
    [TestCase(3, 0, 0.05)]
    [TestCase(4, 3, 0.15)]
    public static void NormalDrawsHaveTheMomentsOfANormal(int order, double expected, double tolerance) =>
        Assert.That(Fill(RandomDraws.FillNormal).Average(x => Math.Pow(x, order)), Is.EqualTo(expected).Within(tolerance));

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public static void NormalDrawsOfOneBlockAreNotCorrelated(int lag)
    {
        var draws = Fill(RandomDraws.FillNormal);
        Assert.That(Enumerable.Range(0, draws.Length - lag).Where(i => i % 4 < 4 - lag).Average(i => draws[i] * draws[i + lag]),
            Is.Zero.Within(0.02));
    }

    [TestCase(1UL, 0UL)]
    [TestCase(0UL, 1UL)]
    public static void AnotherSeedOrStreamGivesOtherDraws(ulong seed, ulong stream)
    {
        var other = new RandomKey(Key.Seed ^ seed, Key.Stream ^ stream);
        Assert.That(Enumerable.Range(0, 100).Count(i => RandomDraws.Uniform(Key, i) == RandomDraws.Uniform(other, i)), Is.LessThan(2));
    }

    private delegate void Filler(Span<float> target, RandomKey key, long start);

    private static float[] Fill(Filler fill)
    {
        var draws = new float[100_000];
        fill(draws, Key, 0);
        return draws;
    }
}
