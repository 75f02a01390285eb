using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests;

/// <summary>Membranes and spikes to the last bit, of values that are on no grid: where they differ, a neuron on the threshold fires here and not there.</summary>
public static class NormNeuronTests
{
    private const int Channels = 5;

    private static readonly NeuronModel[] Models = [new(1, Reset.Hard), new(1, Reset.Soft), new(0.9, Reset.Hard), new(0.9, Reset.Soft)];

    private static IEnumerable<TestCaseData> Cases =>
        from lanes in new[] { new LaneLayout(3, 4, 3), new LaneLayout(64, 8, 64), new LaneLayout(70, 6, 70), new LaneLayout(20, 4, 16) }
        from model in Models
        from storage in Enum.GetValues<Storage>()
        select new TestCaseData(lanes, model, storage).SetArgDisplayNames($"{lanes}", $"{model.Reset} reset", $"leak {model.Leak}", $"{storage}");

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Cases))]
    public static void One_operation_gives_the_spikes_of_two(LaneLayout lanes, NeuronModel model, Storage storage)
    {
        using var cuda = Backends.Open(CudaBackends.Name);
        var (_, both) = Separately(cuda, lanes, model, storage);
        Assert.That(Fused(cuda, lanes, model, storage), Is.EqualTo(both));
        Assert.That(both, Has.Some.Not.Zero.And.Some.Zero);
    }

    [TestCaseSource(nameof(Cases))]
    public static void The_processor_gives_the_same_membranes_and_spikes(LaneLayout lanes, NeuronModel model, Storage storage)
    {
        Assume.That(Fma.IsSupported || Vector512.IsHardwareAccelerated, "BatchNorm rounds once where the processor multiplies and adds in one");
        using var cuda = Backends.Open(CudaBackends.Name);
        using var cpu = Backends.Open();
        Assert.That(Separately(cuda, lanes, model, storage), Is.EqualTo(Separately(cpu, lanes, model, storage)));
    }

    private static (float[] Membranes, float[] Spikes) Separately(IBackend backend, LaneLayout lanes, NeuronModel model, Storage storage)
    {
        var shape = new ActivationShape(Channels, 2, 3, 1, lanes);
        var input = Input(backend, shape);
        var spikes = New(backend, shape with { Storage = storage });
        var (normalisation, threshold) = Parameters(backend);
        backend.BatchNorm(input, normalisation.Scale, normalisation.Shift, normalisation.Mean, normalisation.Variance, normalisation.Epsilon, input, lanes.Batch);
        backend.Neuron(model, input, threshold, input, spikes, lanes.Batch);
        return (input.ToHost(lanes.Batch), spikes.ToHost(lanes.Batch));
    }

    private static float[] Fused(IBackend backend, LaneLayout lanes, NeuronModel model, Storage storage)
    {
        var shape = new ActivationShape(Channels, 2, 3, 1, lanes);
        var spikes = New(backend, shape with { Storage = storage });
        var (normalisation, threshold) = Parameters(backend);
        backend.NormNeuron(normalisation, model, Input(backend, shape), threshold, spikes, lanes.Batch);
        return spikes.ToHost(lanes.Batch);
    }

    private static (Normalisation Normalisation, DeviceBuffer Threshold) Parameters(IBackend backend)
    {
        var random = new Random(2);
        DeviceBuffer Drawn(double low, double high) => Buffer(backend, [.. Enumerable.Range(0, Channels).Select(_ => (float)(low + (high - low) * random.NextDouble()))]);
        return (new Normalisation(Drawn(0.5, 2), Drawn(-0.2, 0.6), Drawn(-1, 1), Drawn(0.1, 2), 1e-5f), Buffer(backend, [0.7f]));
    }

    private static Activation Input(IBackend backend, ActivationShape shape)
    {
        var random = new Random(1);
        var input = New(backend, shape);
        input.FromHost([.. Enumerable.Range(0, shape.Lanes.Steps * shape.Lanes.Batch * shape.Count).Select(_ => (float)(3 * random.NextDouble() - 1.2))], shape.Lanes.Batch);
        return input;
    }

    private static Activation New(IBackend backend, ActivationShape shape) => new(shape, backend.Allocate(shape.Length));

    private static DeviceBuffer Buffer(IBackend backend, float[] values)
    {
        var buffer = backend.Allocate(values.Length);
        buffer.Upload(values);
        return buffer;
    }
}
