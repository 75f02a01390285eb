using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using NUnit.Framework;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using static RobustSnn.Engine.Tests.Reference.HostValues;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>Surrogates that adapt, on the reference backend: against numbers written out, and against the surrogates that do not.</summary>
public static class AdaptiveSurrogateTests
{
    /// <summary>
    /// Three passes of one neuron, v_th = 1/2: z = 1/2, −1/2, 0. M = 0.95, 0.905, 0.8145; D = 0.045, 0.081, 0.15435; a = 2.651712 for c = 0.425.
    /// </summary>
    [Test]
    public static void ItRemembersTheMembranesOfEarlierPasses()
    {
        var surrogate = new AdaptiveSurrogate.Sharpness(0.425);
        var shape = Shape(1, 1, 1, timesteps: 1);
        var memory = new[] { Activation(shape, surrogate.Start[0]), Activation(shape, surrogate.Start[1]) };
        var slopes = Empty(shape);
        var found = new List<float>();
        foreach (var membrane in new[] { 0.75f, 0.25f, 0.5f })
        {
            surrogate.Adapt(Backend, Activation(shape, membrane), Buffer(0.5f), memory, slopes, true, 1);
            found.Add(slopes.Values()[0]);
        }

        Assert.That(found, Is.EqualTo(new[] { 0.5022171f, 0.5049299f, 2.5347948f }).Within(1e-6f));
        Assert.That(memory[0].Values()[0], Is.EqualTo(0.8145f).Within(1e-6f));
        Assert.That(memory[1].Values()[0], Is.EqualTo(0.15435f).Within(1e-6f));
    }

    /// <summary>The threshold is the unit: twice the membranes at twice the threshold are the same z, and half the slope.</summary>
    [Test]
    public static void ItWorksInUnitsOfTheThreshold()
    {
        var slopes = new[] { 1f, 2f }.Select(unit => Once(0.75f * unit, 0.5f * unit)).ToArray();
        Assert.That(slopes[1], Is.EqualTo(slopes[0] / 2).Within(1e-6f));
    }

    [TestCase(0.0)]
    [TestCase(0.5)]
    [TestCase(double.NaN)]
    public static void ACWithoutATangentIsRefused(double c) => Assert.Throws<ArgumentOutOfRangeException>(() => _ = new AdaptiveSurrogate.Sharpness(c));

    /// <summary>With a surrogate's own derivatives as slopes, it is that surrogate's gradient.</summary>
    [TestCaseSource(typeof(Surrogates), nameof(Surrogates.All))]
    public static void GivenSlopesAreWhatASurrogateWouldGive(Surrogate surrogate)
    {
        const float Threshold = 0.6f;
        var shape = Shape(2, 2, 2, timesteps: 4, batch: 3);
        var random = new Random(1);
        float[] Draw(double low, double high) =>
            [.. Enumerable.Range(0, 4 * 3 * 8).Select(_ => (float)(low + (high - low) * random.NextDouble()))];
        var membranes = Draw(-0.5, 1.5);
        var membrane = Activation(shape, membranes);
        var slopes = Activation(shape, Array.ConvertAll(membranes, u => (float)surrogate.Derivative(u - Threshold)));
        var spikeGradient = Activation(shape, Draw(-1, 1));
        foreach (var neuron in new[] { new NeuronModel(0.9, Reset.Hard), new NeuronModel(1, Reset.Soft) })
        {
            var (expected, found) = (Empty(shape), Empty(shape));
            Backend.NeuronGradient(neuron, surrogate, membrane, Buffer(Threshold), spikeGradient, expected, false, null, 3);
            Backend.NeuronSlopeGradient(neuron, slopes, membrane, Buffer(Threshold), spikeGradient, found, false, 3);
            Assert.That(found.Values(), Is.EqualTo(expected.Values()).Within(1e-5f));
        }
    }

    private static float Once(float membrane, float threshold)
    {
        var surrogate = new AdaptiveSurrogate.Sharpness(0.4);
        var shape = Shape(1, 1, 1, timesteps: 1);
        var slopes = Empty(shape);
        surrogate.Adapt(Backend, Activation(shape, membrane), Buffer(threshold), [Activation(shape, 1), Activation(shape, 0)], slopes, true, 1);
        return slopes.Values()[0];
    }
}
