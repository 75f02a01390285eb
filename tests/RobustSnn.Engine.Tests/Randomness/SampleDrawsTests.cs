using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Randomness;

namespace RobustSnn.Engine.Tests.Randomness;

/// <summary>
/// What attacks and training draw: a stream a sample, derived from that of its stage and epoch. Each stream being well distributed is not
/// enough; so must be one element over all samples, and streams must know nothing of each other.
/// </summary>
[TestFixtureSource(nameof(Backends))]
public sealed class SampleDrawsTests(string name)
{
    private const int Samples = 2_000;
    private const int Elements = 64;

    private IBackend backend = null!;

    public static IEnumerable<string> Backends => Engine.Backends.Names;

    [OneTimeSetUp]
    public void Open() => backend = Engine.Backends.Open(name);

    [OneTimeTearDown]
    public void Close() => backend.Dispose();

    /// <summary>Each of the deciles, of element e of all samples: 200 ± 13 expected, five deviations allowed.</summary>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(63)]
    public void OneUniformElementIsEvenOverTheSamples(int element)
    {
        var draws = Draw(RandomKind.Uniform, epoch: 0);
        var values = Enumerable.Range(0, Samples).Select(sample => draws[sample * Elements + element]);
        Assert.That(values.CountBy(value => (int)(10 * value)).Select(decile => decile.Value), Has.Exactly(10).InRange(135, 265));
    }

    /// <summary>Mean 0 ± 0.022 and mean square 1 ± 0.032 over the samples: five deviations allowed.</summary>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(63)]
    public void OneNormalElementIsNormalOverTheSamples(int element)
    {
        var draws = Draw(RandomKind.Normal, epoch: 0);
        var values = Enumerable.Range(0, Samples).Select(sample => (double)draws[sample * Elements + element]).ToArray();
        Assert.That((values.Average(), values.Average(value => value * value)),
            Is.EqualTo((0.0, 1.0)).Using<(double, double)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 0.11 && Math.Abs(a.Item2 - b.Item2) < 0.16));
    }

    /// <summary>The correlation of 128,000 pairs is 0 ± 0.0028: five deviations allowed.</summary>
    [Test]
    public void SamplesKnowNothingOfEachOther([Values] RandomKind kind, [Values(1, 2, 4, 64, 256)] int apart)
    {
        var draws = Draw(kind, epoch: 0);
        Assert.That(Correlation(draws, 0, draws, apart * Elements), Is.Zero.Within(0.014));
    }

    [Test]
    public void EpochsKnowNothingOfEachOther([Values] RandomKind kind, [Values(1, 2, 8)] int apart) =>
        Assert.That(Correlation(Draw(kind, epoch: 0), 0, Draw(kind, (ulong)apart), 0), Is.Zero.Within(0.014));

    /// <summary>Epoch e of sample n and epoch e + 1 of sample n − 1 would coincide if the two numbers were only added.</summary>
    [Test]
    public void SamplesAndEpochsAreNotInterchangeable([Values] RandomKind kind) =>
        Assert.That(Correlation(Draw(kind, epoch: 0), Elements, Draw(kind, epoch: 1), 0), Is.Zero.Within(0.014));

    private float[] Draw(RandomKind kind, ulong epoch)
    {
        using var target = backend.Allocate(Samples * Elements);
        using var numbers = backend.Allocate(Samples, ElementType.Int32);
        numbers.UploadAs<int>([.. Enumerable.Range(0, Samples)]);
        backend.RandomFillSamples(target, numbers, kind, new RandomKey(3, 0).Derive("pretrain").Derive(epoch).Derive(0), Samples);
        return target.ToArray();
    }

    /// <summary>Of the elements from one place on with those from another place on.</summary>
    private static double Correlation(float[] first, int firstStart, float[] second, int secondStart)
    {
        var pairs = Math.Min(first.Length - firstStart, second.Length - secondStart);
        var (meanFirst, meanSecond) = (first.Average(), second.Average());
        var (product, squareFirst, squareSecond) = (0.0, 0.0, 0.0);
        for (var i = 0; i < pairs; i++)
        {
            var (a, b) = (first[firstStart + i] - meanFirst, second[secondStart + i] - meanSecond);
            product += a * b;
            squareFirst += a * a;
            squareSecond += b * b;
        }

        return product / Math.Sqrt(squareFirst * squareSecond);
    }
}
