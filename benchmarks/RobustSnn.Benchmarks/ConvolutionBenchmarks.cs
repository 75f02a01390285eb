using BenchmarkDotNet.Attributes;
using RobustSnn.Engine;
using RobustSnn.Engine.Cpu;

namespace RobustSnn.Benchmarks;

/// <summary>The three convolutions of a layer, dense and pruned, on spikes.</summary>
public class ConvolutionBenchmarks
{
    private CpuBackend backend = null!;
    private Tensors tensors = null!;
    private Connection connection = null!;
    private Activation input = null!;
    private Activation output = null!;
    private Activation outputGradient = null!;
    private Activation inputGradient = null!;
    private DeviceBuffer weightGradient = null!;

    [ParamsSource(nameof(Layers))]
    public Layer Layer { get; set; } = null!;

    /// <summary>Share of the weights that exist.</summary>
    [Params(1.0, 0.1)]
    public double Kept { get; set; }

    public static IEnumerable<Layer> Layers => Layer.OfVgg16;

    [GlobalSetup]
    public void Setup()
    {
        backend = new CpuBackend();
        tensors = new Tensors(backend);
        connection = backend.Connect(Layer.Geometry, tensors.Weights(Layer.Geometry.WeightCount, Kept));
        backend.Refresh(connection);
        input = tensors.Spikes(Layer.Shape);
        output = tensors.Normal(Layer.Shape);
        outputGradient = tensors.Normal(Layer.Shape);
        inputGradient = tensors.Normal(Layer.Shape);
        weightGradient = tensors.Buffer(Layer.Geometry.WeightCount);
    }

    [Benchmark]
    public void Forward() => backend.Convolve(connection, null, input, output, Layer.Batch);

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
