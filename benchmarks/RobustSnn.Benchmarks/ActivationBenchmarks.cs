using RobustSnn.Engine;
using BenchmarkDotNet.Attributes;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Benchmarks;

/// <summary>What follows a convolution: BatchNorm and the neurons, forward and backward.</summary>
public class ActivationBenchmarks
{
    private const float Epsilon = 1e-5f;

    private static readonly NeuronModel Neurons = new(1, Reset.Hard);

    private IBackend backend = null!;
    private Tensors tensors = null!;
    private Activation current = null!;
    private Activation membrane = null!;
    private Activation spikes = null!;
    private Activation gradient = null!;
    private Activation result = null!;
    private DeviceBuffer threshold = null!;
    private DeviceBuffer thresholdGradient = null!;
    private DeviceBuffer scale = null!;
    private DeviceBuffer shift = null!;
    private DeviceBuffer mean = null!;
    private DeviceBuffer variance = null!;
    private DeviceBuffer scaleGradient = null!;
    private DeviceBuffer shiftGradient = null!;

    [ParamsSource(nameof(Layers))]
    public Layer Layer { get; set; } = null!;

    public static IEnumerable<Layer> Layers => Layer.OfVgg16;

    [GlobalSetup]
    public void Setup()
    {
        backend = Backends.Open();
        tensors = new Tensors(backend);
        (current, membrane, spikes) = (tensors.Normal(Layer.Shape), tensors.Normal(Layer.Shape), tensors.Spikes(Layer.Shape));
        (gradient, result) = (tensors.Normal(Layer.Shape), tensors.Normal(Layer.Shape));
        (threshold, thresholdGradient) = (tensors.Buffer(1, 1), tensors.Buffer(1));
        (scale, shift) = (tensors.Buffer(Layer.Channels, 1), tensors.Buffer(Layer.Channels));
        (mean, variance) = (tensors.Buffer(Layer.Channels), tensors.Buffer(Layer.Channels, 1));
        (scaleGradient, shiftGradient) = (tensors.Buffer(Layer.Channels), tensors.Buffer(Layer.Channels));
    }

    [Benchmark]
    public void Neuron() => backend.Neuron(Neurons, current, threshold, membrane, spikes, Layer.Batch);

    [Benchmark]
    public void NeuronGradient() => backend.NeuronGradient(
        Neurons, Surrogate.Default, membrane, threshold, gradient, result, accumulate: false, thresholdGradient, Layer.Batch);

    [Benchmark]
    public void BatchStatistics() => backend.BatchStatistics(current, mean, variance, Layer.Batch);

    [Benchmark]
    public void BatchNorm() => backend.BatchNorm(current, scale, shift, mean, variance, Epsilon, result, Layer.Batch);

    [Benchmark]
    public void BatchNormGradient() => backend.BatchNormGradient(
        current, gradient, scale, mean, variance, Epsilon, result, accumulate: false, scaleGradient, shiftGradient, Layer.Batch);

    [GlobalCleanup]
    public void Cleanup()
    {
        tensors.Dispose();
        backend.Dispose();
    }
}
