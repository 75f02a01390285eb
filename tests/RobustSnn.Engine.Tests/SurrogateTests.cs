using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using NUnit.Framework;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Engine.Tests;

/// <summary>Each surrogate's derivative against finite differences of its primitive, away from its kinks.</summary>
public static class SurrogateTests
{
    private const double Step = 1e-5;

    private static readonly double[] Points = [-3.3, -1.3, -0.77, -0.31, -0.19, -0.07, 0.07, 0.19, 0.31, 0.77, 1.3, 3.3];

    private static IEnumerable<TestCaseData> Cases =>
        from surrogate in Surrogates.All
        from z in Points
        select new TestCaseData(surrogate, z).SetArgDisplayNames($"{surrogate.Kind} {surrogate.Width}", $"{z}");

    [TestCaseSource(nameof(Cases))]
    public static void DerivativeIsThatOfThePrimitive(Surrogate surrogate, double z)
    {
        var slope = (Primitive(surrogate, z + Step) - Primitive(surrogate, z - Step)) / (2 * Step);
        Assert.That(surrogate.Derivative(z), Is.EqualTo(slope).Within(1e-9));
    }

    [TestCaseSource(nameof(Kinks))]
    public static double ValueAtAKink(SurrogateKind kind, float width, double z) => new Surrogate(kind, width).Derivative(z);

    private static IEnumerable<TestCaseData> Kinks =>
    [
        new TestCaseData(SurrogateKind.PiecewiseLinear, 0.5f, 0.0).Returns(2.0),
        new TestCaseData(SurrogateKind.PiecewiseLinear, 0.5f, 0.5).Returns(0.0),
        new TestCaseData(SurrogateKind.Exponential, 2f, 0.0).Returns(1.0),
        new TestCaseData(SurrogateKind.DampedExponential, 2f, 0.0).Returns(0.3),
        new TestCaseData(SurrogateKind.Rectangular, 0.5f, 0.0).Returns(2.0),
        new TestCaseData(SurrogateKind.Rectangular, 0.5f, 0.25).Returns(0.0),
        new TestCaseData(SurrogateKind.Rectangular, 0.5f, -0.25).Returns(0.0),
    ];

    /// <summary>The odd function whose derivative is the surrogate.</summary>
    private static double Primitive(Surrogate surrogate, double z)
    {
        double width = surrogate.Width;
        var x = Math.Min(Math.Abs(z), width);
        return Math.Sign(z) * surrogate.Kind switch
        {
            SurrogateKind.PiecewiseLinear => x / width - x * x / (2 * width * width),
            SurrogateKind.Exponential => (1 - Math.Exp(-width * Math.Abs(z))) / width,
            SurrogateKind.DampedExponential => 0.3 * (1 - Math.Exp(-width * Math.Abs(z))) / width,
            SurrogateKind.Rectangular => Math.Min(Math.Abs(z) / width, 0.5),
            _ => Math.Abs(z),
        };
    }
}
