using NUnit.Framework;
using RobustSnn.Cuda.Connections;
using RobustSnn.Cuda.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>What has run says so: the way that each pass over a layer has taken on the device, and the bytes that it has read of the layer.</summary>
public static class TakenRouteTests
{
    private const int Samples = 4;

    private static readonly LaneLayout Lanes = new(Samples, 3, Samples);
    private static readonly ConvolutionGeometry Convolution = ConvolutionGeometry.Convolution(16, 3, 3, 16, kernel: 3, stride: 1, padding: 1);
    private static readonly ConvolutionGeometry Strided = ConvolutionGeometry.Convolution(16, 3, 3, 16, kernel: 3, stride: 2, padding: 1);
    private static readonly ConvolutionGeometry Linear = ConvolutionGeometry.Linear(1024, 1, 1, 1024);

    private static IEnumerable<TestCaseData> Layers =>
    [
        Case("dense", Convolution, 1, Way.Products, Way.GatheredProducts, Way.Products),
        Case("dense, stride 2", Strided, 1, Way.Products, Way.ScatteredProducts, Way.Products),
        Case("1 of 30", Convolution, 30, Way.ByOutputs, Way.ByInputs, Way.ByOutputs),
        Case("1 of 30, stride 2", Strided, 30, Way.ByOutputs, Way.ByTaps, Way.ByOutputs),
        Case("1 of 50, linear", Linear, 50, Way.SparseProduct, Way.ByInputs, Way.ByOutputs),
    ];

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Layers))]
    public static void Passes_take(ConvolutionGeometry geometry, int keptOf, object forward, object inputGradient, object weightGradient)
    {
        using var backend = CudaDevices.Open();
        var pattern = keptOf == 1
            ? null
            : new SparsityPattern(geometry.WeightCount, [.. Enumerable.Range(0, geometry.WeightCount / keptOf).Select(i => i * keptOf)]);
        using var weights = backend.Allocate(pattern?.Count ?? geometry.WeightCount);
        using var connection = backend.Connect(geometry, weights, pattern);
        Assert.That(connection.RouteOf(LayerPass.Forward), Is.Null);
        var border = geometry.Taps > 1 ? 1 : 0;
        var input = New(new ActivationShape(geometry.Inputs, geometry.InputRows, geometry.InputColumns, border, Lanes));
        var output = New(new ActivationShape(geometry.Outputs, geometry.OutputRows, geometry.OutputColumns, border, Lanes));

        backend.Convolve(connection, null, input, output, Samples);
        backend.ConvolveInputGradient(connection, output, input, accumulate: false, Samples);
        backend.ConvolveWeightGradient(connection, input, output, weights, null, Samples);

        using var all = Assert.EnterMultipleScope();
        Assert.That(Taken(LayerPass.Forward), Is.EqualTo(forward));
        Assert.That(Taken(LayerPass.InputGradient), Is.EqualTo(inputGradient));
        Assert.That(Taken(LayerPass.WeightGradient), Is.EqualTo(weightGradient));
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.EndWith("floats as they lie"));
        Assert.That(connection.InferenceBytes, pattern is null
            ? Is.EqualTo(weights.Bytes)
            : Is.EqualTo((2L * pattern.Count + geometry.Outputs + 1) * sizeof(float)), "a weight and its place, and where outputs start");

        Way? Taken(LayerPass pass) => ((CudaConnection)connection).Taken(pass)?.Way;

        Activation New(ActivationShape shape) => new(shape, backend.Allocate(shape.Length));
    }

    private static TestCaseData Case(string name, ConvolutionGeometry geometry, int keptOf, Way forward, Way inputGradient, Way weightGradient) =>
        new TestCaseData(geometry, keptOf, forward, inputGradient, weightGradient).SetArgDisplayNames(name);
}
