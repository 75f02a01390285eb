using RobustSnn.Engine;
using BenchmarkDotNet.Attributes;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Benchmarks;

/// <summary>The three convolutions of a layer, dense and pruned, on spikes, which are bits; and a pruned layer together with its neurons.</summary>
public class ConvolutionBenchmarks
{
    private static readonly NeuronModel Neuron = new(1, Reset.Hard);

    private IBackend backend = null!;
    private Tensors tensors = null!;
    private Connection connection = null!;
    private Activation input = null!;
    private Activation output = null!;
    private Activation outputGradient = null!;
    private Activation inputGradient = null!;
    private Activation spikes = null!;
    private DeviceBuffer weightGradient = null!;
    private DeviceBuffer threshold = null!;

    [ParamsSource(nameof(Layers))]
    public Layer Layer { get; set; } = null!;

    /// <summary>Share of the weights that exist.</summary>
    [Params(1.0, 0.1, 0.01)]
    public double Kept { get; set; }

    public static IEnumerable<Layer> Layers => Layer.OfVgg16;

    [GlobalSetup]
    public void Setup()
    {
        backend = Backends.Open();
        tensors = new Tensors(backend);
        SparsityPattern? pattern = Kept < 1 ? Tensors.Pattern(Layer.Geometry.WeightCount, Kept) : null;
        int weights = pattern?.Count ?? Layer.Geometry.WeightCount;
        connection = backend.Connect(Layer.Geometry, tensors.Normal(weights), pattern);
        input = tensors.Spikes(Layer.Shape with { Storage = Storage.Bits });
        spikes = tensors.Spikes(Layer.Shape with { Storage = Storage.Bits });
        threshold = tensors.Buffer(1, 1);
        output = tensors.Normal(Layer.Shape);
        outputGradient = tensors.Normal(Layer.Shape);
        inputGradient = tensors.Normal(Layer.Shape);
        weightGradient = tensors.Buffer(weights);
    }

    [Benchmark]
    public void Forward() => backend.Convolve(connection, null, input, output, Layer.Batch);

    [Benchmark]
    public void ForwardAndFire() => backend.ConvolveNeuron(connection, null, Neuron, threshold, input, MeanWindow.One, spikes, Layer.Batch);

    [Benchmark]
    public void InputGradient() => backend.ConvolveInputGradient(connection, outputGradient, inputGradient, accumulate: false, Layer.Batch);

    [Benchmark]
    public void WeightGradient() => backend.ConvolveWeightGradient(connection, input, outputGradient, weightGradient, null, Layer.Batch);

    [GlobalCleanup]
    public void Cleanup()
    {
        connection.Dispose();
        tensors.Dispose();
        backend.Dispose();
    }
}
