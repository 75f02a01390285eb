using NUnit.Framework;
using RobustSnn.Cuda.Nvidia;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Cuda.Tests;

/// <summary>Products in fewer bits than a 32-bit float has: as exact as their name says, and no better.</summary>
[TestFixture]
public sealed class PrecisionTests
{
    private const int Samples = 16;
    private const int Timesteps = 4;

    private static readonly ConvolutionGeometry Geometry = ConvolutionGeometry.Convolution(24, 5, 6, 20, kernel: 3, stride: 1, padding: 1);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    // A factor of 1 + 2^-bits is the finest that a mantissa of so many bits tells from 1.
    [TestCase(Precision.Fp32, 1e-6, 0)]
    [TestCase(Precision.Tf32, 1e-3, 1e-5)]
    [TestCase(Precision.Fp16, 1e-3, 1e-5)]
    [TestCase(Precision.Bf16, 8e-3, 1e-4)]
    public void Layers_are_computed_in_it(Precision precision, double most, double least)
    {
        var expected = Forward(Precision.Fp32, "reference");
        var error = Deviation(Forward(precision), expected);
        Assert.That(error, Is.LessThanOrEqualTo(most));
        if (CudaLibraries.IsEmulated) // a card may compute small products better than it was asked to
            Assert.That(error, Is.GreaterThanOrEqualTo(least));
    }

    [TestCase(Precision.Fp16, 1e-3)]
    [TestCase(Precision.Bf16, 8e-3)]
    public void Gradients_too_small_for_a_half_do_not_vanish(Precision precision, double most)
    {
        const float small = 1e-9f;
        var expected = Backward(Precision.Fp32, small, "reference");
        Assert.That(Deviation(Backward(precision, small), expected), Is.LessThanOrEqualTo(most));
    }

    /// <summary>Weights of 11 bits are exact in every precision that neurons' layers have, spikes in all.</summary>
    [Test]
    public void Spikes_of_weights_that_a_half_holds_are_the_same([Values] Precision precision) =>
        Assert.That(Spikes(precision), Is.EqualTo(Spikes(Precision.Fp32)));

    [Test]
    public void The_CPU_refuses_it([Values("cpu", "reference")] string backend, [Values(Precision.Tf32, Precision.Fp16, Precision.Bf16)] Precision precision) =>
        Assert.That(() => Backends.Open(backend, new(Precision: precision)), Throws.TypeOf<BadInputException>().With.Message.Contains("fp32 only"));

    [Test]
    public void The_backend_says_it()
    {
        using var backend = Open(Precision.Bf16);
        Assert.That(backend.Name, Does.EndWith(", bf16)"));
        Assert.That(backend.Arithmetic, Does.Contain("bf16"));
    }

    private static float[] Forward(Precision precision, string name = CudaBackends.Name)
    {
        using var backend = Open(precision, name);
        using var weights = Drawn(backend, Geometry.WeightCount, 1);
        using var connection = backend.Connect(Geometry, weights);
        var input = Activation(backend, Geometry.Inputs, 1, 2);
        var output = Activation(backend, Geometry.Outputs, 0, 3);
        backend.Convolve(connection, null, input, output, Samples);
        return output.ToHost(Samples);
    }

    private static float[] Backward(Precision precision, float scale, string name = CudaBackends.Name)
    {
        using var backend = Open(precision, name);
        using var weights = Drawn(backend, Geometry.WeightCount, 1);
        using var connection = backend.Connect(Geometry, weights);
        var outputGradient = Activation(backend, Geometry.Outputs, 1, 2, scale);
        var inputGradient = Activation(backend, Geometry.Inputs, 1, 3);
        backend.ConvolveInputGradient(connection, outputGradient, inputGradient, false, Samples);
        return inputGradient.ToHost(Samples);
    }

    private static float[] Spikes(Precision precision)
    {
        using var backend = Open(precision);
        using var weights = backend.Allocate(Geometry.WeightCount);
        var random = new Random(1);
        weights.Upload([.. Enumerable.Range(0, Geometry.WeightCount).Select(_ => random.Next(-1023, 1024) / 4096f)]);
        using var threshold = backend.Allocate(1);
        threshold.Upload([0.75f + 1f / 65536]);
        using var connection = backend.Connect(Geometry, weights);
        var lanes = new LaneLayout(Samples, Timesteps, Samples);
        var input = Bits(backend, new ActivationShape(Geometry.Inputs, 5, 6, 1, lanes, Storage.Bits), random);
        var spikes = Bits(backend, new ActivationShape(Geometry.Outputs, 5, 6, 0, lanes, Storage.Bits), null);
        backend.ConvolveNeuron(connection, null, new NeuronModel(1, Reset.Hard), threshold, input, MeanWindow.One, spikes, Samples);
        var fired = spikes.ToHost(Samples);
        Assert.That(fired, Has.Some.EqualTo(1).And.Some.EqualTo(0));
        Assert.That(connection.RouteOf(LayerPass.Forward), Does.Contain("tensor cores"));
        return fired;
    }

    private static IBackend Open(Precision precision, string name = CudaBackends.Name) => Backends.Open(name, new(IsChecked: false, Precision: precision));

    private static DeviceBuffer Drawn(IBackend backend, int length, int seed)
    {
        var random = new Random(seed);
        var buffer = backend.Allocate(length);
        buffer.Upload([.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)]);
        return buffer;
    }

    private static Activation Activation(IBackend backend, int channels, int border, int seed, float scale = 1)
    {
        var random = new Random(seed);
        var shape = new ActivationShape(channels, 5, 6, border, new LaneLayout(Samples, 1, Samples));
        var activation = new Activation(shape, backend.Allocate(shape.Length));
        activation.FromHost([.. Enumerable.Range(0, shape.Count * Samples).Select(_ => scale * (random.NextSingle() + 0.1f))], Samples);
        return activation;
    }

    private static Activation Bits(IBackend backend, ActivationShape shape, Random? random)
    {
        var activation = new Activation(shape, backend.Allocate(shape.Length, shape.ElementType));
        if (random is not null)
        {
            activation.FromHost([.. Enumerable.Range(0, shape.Count * Samples * Timesteps).Select(_ => random.Next(5) == 0 ? 1f : 0)], Samples);
        }

        return activation;
    }

    /// <summary>Largest difference over the largest magnitude.</summary>
    private static double Deviation(float[] found, float[] expected) =>
        found.Zip(expected, (one, other) => Math.Abs((double)one - other)).Max() / expected.Max(Math.Abs);
}
