using NUnit.Framework;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Tests;

/// <summary>By what representative layers are computed on a card.</summary>
[TestFixture]
public sealed class RouteTests
{
    private static readonly ConvolutionGeometry Geometry = ConvolutionGeometry.Convolution(64, 8, 8, 64, kernel: 3, stride: 1, padding: 1);

    private static readonly ConvolutionGeometry Pointwise = ConvolutionGeometry.Convolution(64, 8, 8, 64, kernel: 1, stride: 1, padding: 0);

    private const int MostShared = 99 << 10; // the least of any card from Ampere on

    private static IEnumerable<TestCaseData> Forward =>
    [
        new TestCaseData(1, Storage.Floats).Returns(Way.Products),
        new TestCaseData(1, Storage.Bits).Returns(Way.Products),
        new TestCaseData(10, Storage.Floats).Returns(Way.Products),
        new TestCaseData(10, Storage.Bits).Returns(Way.ByOutputs),
        new TestCaseData(100, Storage.Floats).Returns(Way.ByOutputs),
        new TestCaseData(100, Storage.Bits).Returns(Way.ByOutputs),
    ];

    [TestCaseSource(nameof(Forward))]
    public object A_layer_reads(int keptOf, Storage storage) => Routes.Forward(Geometry, Pattern(Geometry, keptOf), Shape(8, 16, storage));

    [TestCase(100, 1024, 1, ExpectedResult = Way.ByOutputs)] // 10,000 connections
    [TestCase(50, 1024, 1, ExpectedResult = Way.SparseProduct)]
    [TestCase(50, 1024, 2, ExpectedResult = Way.ByOutputs)]
    public object A_linear_layer_reads_floats(int keptOf, int inputs, int side)
    {
        var geometry = ConvolutionGeometry.Linear(inputs / (side * side), side, side, 1024);
        return Routes.Forward(geometry, Pattern(geometry, keptOf), Shape(8, 16, Storage.Floats));
    }

    [TestCase(1, true, ExpectedResult = Way.GatheredProducts)]
    [TestCase(1, false, ExpectedResult = Way.ScatteredProducts)]
    [TestCase(100, true, ExpectedResult = Way.ByInputs)]
    [TestCase(100, false, ExpectedResult = Way.ByTaps)]
    public object An_input_gradient_is(int keptOf, bool gathers) => Routes.InputGradient(Geometry, Pattern(Geometry, keptOf), gathers);

    [Test]
    public void A_kernel_of_one_tap_has_nothing_to_gather() =>
        Assert.That(Routes.InputGradient(Pointwise, null, gathers: true), Is.EqualTo(Way.ScatteredProducts));

    [TestCase(1, 8, 128, ExpectedResult = Way.SpikeProducts)]
    [TestCase(1, 16, 128, ExpectedResult = Way.SpikeProducts)]
    [TestCase(1, 17, 128, ExpectedResult = null)]
    [TestCase(1, 8, 100, ExpectedResult = null, Description = "octets of samples are not whole")]
    [TestCase(2, 8, 128, ExpectedResult = Way.UnionProducts)]
    [TestCase(10, 8, 128, ExpectedResult = Way.UnionProducts)]
    [TestCase(2, 9, 128, ExpectedResult = null)]
    [TestCase(10, 9, 128, ExpectedResult = Way.ByOutputs)]
    [TestCase(10, 8, 100, ExpectedResult = Way.ByOutputs)]
    [TestCase(100, 8, 128, ExpectedResult = Way.ByOutputs)]
    [TestCase(100, 16, 4096, ExpectedResult = Way.ByOutputs)]
    [TestCase(100, 17, 128, ExpectedResult = null)]
    public object? A_layer_and_its_neurons_are_one_kernel(int keptOf, int timesteps, int batch) =>
        Routes.Firing(Geometry, Pattern(Geometry, keptOf), Shape(timesteps, batch, Storage.Bits), Shape(timesteps, batch, Storage.Bits), MostShared);

    [Test]
    public void A_window_that_does_not_fit_is_left_to_lists() => Assert.That(
        Routes.Firing(Geometry, Pattern(Geometry, 10), Shape(8, 128, Storage.Bits), Shape(8, 128, Storage.Bits), mostSharedBytes: 10_000), Is.EqualTo(Way.ByOutputs));

    [Test]
    public void A_layer_that_reads_a_static_input_and_its_neurons_are_not() => Assert.That(
        Routes.Firing(Geometry, Pattern(Geometry, 10), Shape(1, 16, Storage.Bits), Shape(8, 16, Storage.Bits), MostShared), Is.Null);

    [TestCase(8, 128, ExpectedResult = true)] // 32 words at each of 8 columns
    [TestCase(4, 96, ExpectedResult = false)] // 12
    [TestCase(16, 1, ExpectedResult = false)] // 2 bytes
    public bool Bits_come_by_the_word(int timesteps, int batch) =>
        Routes.ReadsWords(Shape(timesteps, batch, Storage.Bits), Shape(timesteps, batch, Storage.Floats));

    [Test]
    public void Every_way_has_a_name([Values] bool isBits, [Values] bool fires) =>
        Assert.That(Enum.GetValues<Way>().Select(way => $"{new Route(way, isBits, fires)}"), Is.Unique);

    private static ActivationShape Shape(int timesteps, int batch, Storage storage) => new(64, 8, 8, 1, new LaneLayout(batch, timesteps, batch), storage);

    private static SparsityPattern? Pattern(ConvolutionGeometry geometry, int keptOf) => keptOf == 1
        ? null
        : new(geometry.WeightCount, [.. Enumerable.Range(0, geometry.WeightCount / keptOf).Select(i => i * keptOf)]);
}
