using System.Runtime.Intrinsics.X86;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu.Routing;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests;

/// <summary>Which kernel a layer was computed by: what ran says so, and representative layers run what was measured to be fastest.</summary>
[TestFixture]
public sealed class RouteTests
{
    private static readonly ConvolutionGeometry On8X8 = ConvolutionGeometry.Convolution(64, 8, 8, 64, kernel: 3, stride: 1, padding: 1);
    private static readonly ConvolutionGeometry On2X2 = ConvolutionGeometry.Convolution(64, 2, 2, 64, kernel: 3, stride: 1, padding: 1);
    private static readonly ConvolutionGeometry On1X1 = ConvolutionGeometry.Convolution(64, 1, 1, 64, kernel: 3, stride: 1, padding: 1);
    private static readonly ConvolutionGeometry Linear = ConvolutionGeometry.Linear(64, 1, 1, 64);

    private IBackend backend = null!;

    /// <summary>Layers of an inference: what comes in, and by what they are computed.</summary>
    private static IEnumerable<TestCaseData> Inference =>
    [
        Case("90 %, 8×8, batch 32", On8X8, 0.1, 8, 32, 0.1f, Kernel.ByOutputs, Reading.AsItLies),
        Case("90 %, 8×8, batch 32, quiet", On8X8, 0.1, 8, 32, 0.01f, Kernel.ByEvents, Reading.AsItLies),
        Case("90 %, 8×8, batch 32, T = 3", On8X8, 0.1, 3, 32, 0.01f, Kernel.ByOutputs, Reading.AsItLies),
        Case("90 %, 8×8, batch 1", On8X8, 0.1, 8, 1, 0.1f, Kernel.ByOutputs, Reading.AsItLies),
        Case("90 %, 8×8, batch 1, quiet", On8X8, 0.1, 8, 1, 0.01f, Kernel.ByEvents, Reading.AsItLies),
        Case("90 %, 8×8, batch 1, T = 16, quiet", On8X8, 0.1, 16, 1, 0.01f, Kernel.ByEvents, Reading.AsItLies),
        Case("90 %, 8×8, batch 32, T = 16, quiet", On8X8, 0.1, 16, 32, 0.01f, Kernel.ByEvents, Reading.AsItLies),
        Case("99 %, 8×8, batch 1, silent", On8X8, 0.01, 8, 1, 0, Kernel.ByOutputs, Reading.AsItLies),
        Case("99 %, 2×2, batch 1", On2X2, 0.01, 8, 1, 0.1f, Kernel.ByOutputs, Reading.Unfolded),
        Case("99 %, 2×2, batch 1, T = 16", On2X2, 0.01, 16, 1, 0.1f, Kernel.ByOutputs, Reading.AsItLies),
        Case("90 %, 2×2, batch 1", On2X2, 0.1, 8, 1, 0.9f, Kernel.ByEvents, Reading.AsItLies),
        Case("90 %, 1×1, batch 1", On1X1, 0.1, 8, 1, 0.1f, Kernel.ByEvents, Reading.AsItLies),
        Case("99 %, 1×1, batch 1", On1X1, 0.01, 8, 1, 0.1f, Kernel.ByOutputs, Reading.AsItLies),
        Case("90 %, linear, batch 1", Linear, 0.1, 64, 1, 0.1f, Kernel.ByEvents, Reading.AsItLies),
        Case("99 %, linear, batch 1", Linear, 0.01, 8, 1, 0.1f, Kernel.ByOutputs, Reading.AsItLies),
        Case("means, batch 1", On8X8, 0.1, 8, 1, 0.1f, Kernel.ByOutputs, Reading.MeansByColumns, window: 2),
        Case("means, batch 1, T = 16", On8X8, 0.1, 16, 1, 0.1f, Kernel.ByOutputs, Reading.MeansByOctets, window: 2),
        Case("means on 2×2, batch 1, T = 64", On2X2, 0.1, 64, 1, 0.1f, Kernel.ByEvents, Reading.MeansByOctets, window: 2),
    ];

    [SetUp]
    public void Open() => backend = Backends.Open(options: new(1));

    [TearDown]
    public void Close() => backend.Dispose();

    [TestCaseSource(nameof(Inference))]
    public void A_pruned_layer_and_its_neurons_run(string expected, ConvolutionGeometry geometry, double density, int timesteps, int batch, float rate,
        int window)
    {
        if (timesteps > LaneLayout.FewLanes && !Avx2.IsSupported)
            Assert.Ignore("this processor, or what the environment leaves of it, has no AVX2, without which timesteps do not come in octets");
        using var connection = Connect(backend, geometry, density);
        var lanes = backend.ChooseLanes(batch, timesteps, skipsSilence: true, largestMap: 1);
        Fire(connection, lanes, rate, window, Storage.Bits);
        var route = ((RoutedConnection)connection).Taken(LayerPass.Forward)!.Value;
        Assert.That($"{route.Kernel}, {route.Reading}", Is.EqualTo(expected));
        Assert.That(route.Fires, Is.True);
        Assert.That(connection.RouteOf(LayerPass.WeightGradient), Is.Null);
    }

    [Test]
    public void A_static_image_has_its_columns_side_by_side()
    {
        using var connection = Connect(backend, On8X8, 0.1);
        var lanes = LaneLayout.ByImage(1, 8);
        Fire(connection, lanes, rate: 1, window: 1, Storage.Floats, isStatic: true);
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.StartWith("by outputs, floats side by side, with neurons"));
    }

    [Test]
    public void A_layer_whose_neurons_are_no_part_of_it_says_so()
    {
        using var connection = Connect(backend, ConvolutionGeometry.Convolution(70, 8, 8, 8, kernel: 3, stride: 1, padding: 1), 0.1);
        Fire(connection, LaneLayout.Choose(16, 4), rate: 1, window: 1, Storage.Floats);
        Assert.That(((RoutedConnection)connection).Taken(LayerPass.Forward)!.Value.Fires, Is.False);
    }

    [TestCase(Storage.Floats, "dense, floats as they lie, 16 floats")]
    [TestCase(Storage.Bits, "dense, bits unpacked, 16 floats")]
    public void A_dense_layer_is_dense(Storage storage, string expected)
    {
        using var connection = Connect(backend, On8X8, density: 1);
        Train(backend, connection, LaneLayout.Choose(16, 4), storage);
        Assert.That(connection.RouteOf(LayerPass.Forward), Is.EqualTo(expected));
        Assert.That(connection.RouteOf(LayerPass.InputGradient), Is.EqualTo("dense, floats as they lie, 16 floats"));
        Assert.That(connection.RouteOf(LayerPass.WeightGradient), Is.EqualTo(expected));
    }

    [TestCase(16, 8, Storage.Bits, "bits as they lie", "floats as they lie")]
    [TestCase(16, 8, Storage.Floats, "floats as they lie", "floats as they lie")]
    [TestCase(1, 8, Storage.Floats, "floats by columns", "floats by columns")]
    [TestCase(16, 1, Storage.Floats, "floats by columns", "floats by columns")]
    public void A_pruned_layer_in_training_is_read_by_outputs_and_by_inputs(int batch, int timesteps, Storage storage, string input, string gradient)
    {
        using var connection = Connect(backend, On8X8, density: 0.1);
        Train(backend, connection, LaneLayout.Choose(batch, timesteps), storage);
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.StartWith($"by outputs, {input}, ").And.Not.Contain("neurons"));
        Assert.That(connection.RouteOf(LayerPass.InputGradient), Does.StartWith($"by inputs, {gradient}, "));
        Assert.That(connection.RouteOf(LayerPass.WeightGradient), Does.StartWith($"by outputs, {input}, "));
    }

    [Test]
    public void Vectors_are_those_that_the_backend_was_given([Values] VectorWidth width)
    {
        if (!VectorWidths.Available.Contains(width))
            Assert.Ignore($"this processor, or what the environment leaves of it, has no {width.Name()}");
        using var narrow = Backends.Open(options: new(1, Vectors: width));
        using var connection = Connect(narrow, On8X8, density: 0.1);
        Train(narrow, connection, LaneLayout.Choose(16, 4), Storage.Bits);
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.EndWith($", {(int)width} floats"));
    }

    [Test]
    public void The_reference_has_a_way_of_its_own()
    {
        using var reference = Backends.Open("reference");
        using var connection = Connect(reference, Linear, density: 0.1);
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.Contain("plain loops"));
    }

    private static TestCaseData Case(string name, ConvolutionGeometry geometry, double density, int timesteps, int batch, float rate, Kernel kernel,
        Reading reading, int window = 1) =>
        new TestCaseData($"{kernel}, {reading}", geometry, density, timesteps, batch, rate, window).SetArgDisplayNames(name);

    /// <summary>A layer of which every so many weights exist, evenly.</summary>
    private static Connection Connect(IBackend backend, ConvolutionGeometry geometry, double density)
    {
        var pattern = density == 1 ? null : new SparsityPattern(geometry.WeightCount,
            [.. Enumerable.Range(0, geometry.WeightCount).Where(i => (int)((i + 1) * density) > (int)(i * density))]);
        return backend.Connect(geometry, backend.Allocate(pattern?.Count ?? geometry.WeightCount), pattern);
    }

    private void Fire(Connection connection, LaneLayout lanes, float rate, int window, Storage storage, bool isStatic = false)
    {
        var g = connection.Geometry;
        var input = Activation(new ActivationShape(g.Inputs, window * g.InputRows, window * g.InputColumns, g.Padding, isStatic ? lanes.Static : lanes,
            storage));
        var random = new Random(1);
        input.FromHost([.. Enumerable.Range(0, input.Shape.Lanes.Steps * lanes.Batch * input.Shape.Count).Select(_ => random.NextSingle() < rate ? 1f : 0f)],
            lanes.Batch);
        using var threshold = backend.Allocate(1);
        threshold.Upload([1]);
        var spikes = Activation(new ActivationShape(g.Outputs, g.OutputRows, g.OutputColumns, 1, lanes, Storage.Bits));
        backend.ConvolveNeuron(connection, null, new NeuronModel(1, Reset.Hard), threshold, input, new MeanWindow(window, window), spikes, lanes.Batch);
        input.Buffer.Dispose();
        spikes.Buffer.Dispose();

        Activation Activation(ActivationShape shape) => new(shape, backend.Allocate(shape.Length, shape.ElementType));
    }

    private static void Train(IBackend backend, Connection connection, LaneLayout lanes, Storage storage)
    {
        var g = connection.Geometry;
        var input = new ActivationShape(g.Inputs, g.InputRows, g.InputColumns, 1, lanes, storage);
        var output = new ActivationShape(g.Outputs, g.OutputRows, g.OutputColumns, 1, lanes);
        using var read = backend.Allocate(input.Length, input.ElementType);
        using var inputGradient = backend.Allocate((input with { Storage = Storage.Floats }).Length);
        using var written = backend.Allocate(output.Length);
        using var weightGradient = backend.Allocate(connection.Weights.Length);
        backend.Convolve(connection, null, new Activation(input, read), new Activation(output, written), lanes.Batch);
        backend.ConvolveInputGradient(connection, new Activation(output, written), new Activation(input with { Storage = Storage.Floats }, inputGradient),
            false, lanes.Batch);
        backend.ConvolveWeightGradient(connection, new Activation(input, read), new Activation(output, written), weightGradient, null, lanes.Batch);
    }
}
