using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using static RobustSnn.Engine.Tests.Reference.HostValues;

namespace RobustSnn.Engine.Tests.Reference;

/// <summary>
/// The neuron's backward pass against an independent forward-mode derivative: with tangents İ and v̇ of currents and threshold and
/// any g, ⟨g, ṡ⟩ = ⟨dI, İ⟩ + dv·v̇. Finite differences cannot serve, because a spike is a step.
/// </summary>
public static class NeuronGradientTests
{
    private const int Steps = 6;
    private const int Neurons = 12;
    private const float Threshold = 0.7f;

    /// <summary>Relative to the sum of the magnitudes that the dot product adds up: membranes are floats.</summary>
    private const double Tolerance = 1e-6;

    private static IEnumerable<TestCaseData> Cases =>
        from surrogate in Surrogates.All
        from reset in new[] { Reset.Hard, Reset.Soft }
        from leak in new[] { 1, 0.9 }
        select new TestCaseData(surrogate, new NeuronModel(leak, reset))
            .SetArgDisplayNames($"{surrogate.Kind} {surrogate.Width}", $"{reset} reset", $"leak {leak}");

    [TestCaseSource(nameof(Cases))]
    public static void OfTheCurrents(Surrogate surrogate, NeuronModel neuron)
    {
        var random = new Random(1);
        var tangent = Draw(random, Steps * Neurons, -1, 1);
        var (forward, scale, currentGradient, _) = Differentiate(surrogate, neuron, random, isStatic: false, tangent, thresholdTangent: 0);
        Assert.That(Dot(currentGradient, tangent), Is.EqualTo(forward).Within(Tolerance * scale));
    }

    [TestCaseSource(nameof(Cases))]
    public static void OfAStaticCurrent(Surrogate surrogate, NeuronModel neuron)
    {
        var random = new Random(2);
        var tangent = Draw(random, Neurons, -1, 1);
        var (forward, scale, currentGradient, _) = Differentiate(surrogate, neuron, random, isStatic: true, tangent, thresholdTangent: 0);
        Assert.That(Dot(currentGradient, tangent), Is.EqualTo(forward).Within(Tolerance * scale));
    }

    [TestCaseSource(nameof(Cases))]
    public static void OfTheThreshold(Surrogate surrogate, NeuronModel neuron)
    {
        var (forward, scale, _, thresholdGradient) =
            Differentiate(surrogate, neuron, new Random(3), isStatic: false, new float[Steps * Neurons], thresholdTangent: 1);
        Assert.That(thresholdGradient, Is.EqualTo(forward).Within(Tolerance * scale));
    }

    /// <summary>⟨g, ṡ⟩ in forward mode and the magnitude of its terms; the reference's dI and dv.</summary>
    private static (double Forward, double Scale, float[] CurrentGradient, float ThresholdGradient) Differentiate(Surrogate surrogate, NeuronModel neuron,
        Random random, bool isStatic, float[] currentTangent, double thresholdTangent)
    {
        var shape = Shape(Neurons, 1, 1, timesteps: Steps);
        var currentShape = isStatic ? shape with { Lanes = shape.Lanes.Static } : shape;
        var current = Draw(random, currentShape.Lanes.Steps * Neurons, -0.4, 1.1);
        var spikeGradient = Draw(random, Steps * Neurons, -1, 2);

        var membrane = Empty(shape);
        var currentGradient = Empty(currentShape);
        var thresholdGradient = Buffer(0);
        Backend.Neuron(neuron, Activation(currentShape, current), Buffer(Threshold), membrane, Empty(shape), 1);
        Backend.NeuronGradient(neuron, surrogate, membrane, Buffer(Threshold), Activation(shape, spikeGradient), currentGradient, false,
            thresholdGradient, 1);

        var terms = Enumerable.Range(0, Neurons).SelectMany(i =>
        {
            int At(int t) => isStatic ? i : t * Neurons + i;
            return SpikeTangents(neuron, surrogate, t => current[At(t)], t => currentTangent[At(t)], thresholdTangent)
                .Select((tangent, t) => spikeGradient[t * Neurons + i] * tangent);
        }).ToArray();
        return (terms.Sum(), terms.Sum(Math.Abs), currentGradient.Values(), thresholdGradient.ToArray()[0]);
    }

    /// <summary>ṡ[t] of one neuron: every line of METHODS 1 followed by its derivative.</summary>
    private static IEnumerable<double> SpikeTangents(NeuronModel neuron, Surrogate surrogate, Func<int, double> current,
        Func<int, double> currentTangent, double vDot)
    {
        const double v = Threshold;
        double u = 0, uDot = 0;
        for (var t = 0; t < Steps; t++)
        {
            u = neuron.Leak * u + current(t);
            uDot = neuron.Leak * uDot + currentTangent(t);
            var s = u >= v ? 1 : 0;
            var sDot = surrogate.Derivative(u - v) * (uDot - vDot);
            yield return sDot;
            (u, uDot) = neuron.Reset.IsHard
                ? ((1 - s) * u, (1 - s) * uDot - sDot * u)
                : (u - s * v, uDot - sDot * v - s * vDot);
        }
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static float[] Draw(Random random, int count, double low, double high) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(low + (high - low) * random.NextDouble()))];
}
