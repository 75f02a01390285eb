using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Layout;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests;

public sealed class PrunedLayerTests
{
    [Test]
    public void Kernels_that_16_bits_cannot_number_are_refused_with_what_to_do()
    {
        using var backend = Backends.Open(options: new(1));
        ConvolutionGeometry geometry = ConvolutionGeometry.Linear(1, 257, 257, 1);
        using DeviceBuffer weights = backend.Allocate(1);
        var refusal = Assert.Throws<BadInputException>(() => backend.Connect(geometry, weights, new SparsityPattern(geometry.WeightCount, [7])));
        Assert.That(refusal!.Message, Does.Contain("65,536").And.Contain("66,049").And.Contain("do not prune"));
    }

    [TestCase(16, 4, 0.1, 1)]
    [TestCase(16, 4, 0.1, 3)]
    [TestCase(16, 16, 0.1, 1)]
    [TestCase(16, 4, 0.01, 1)]
    public void Inference_reads_at_most_6_bytes_a_connection_and_4_a_row(int batch, int size, double kept, int threads)
    {
        using var backend = Backends.Open(options: new(threads));
        ConvolutionGeometry geometry = ConvolutionGeometry.Convolution(96, size, size, 128, kernel: 3, stride: 1, padding: 1);
        var random = new Random(5);
        var pattern = new SparsityPattern(geometry.WeightCount, [.. Enumerable.Range(0, geometry.WeightCount).Where(_ => random.NextDouble() < kept)]);
        using DeviceBuffer weights = backend.Allocate(pattern.Count);
        using DeviceBuffer threshold = backend.Allocate(1);
        backend.Fill(threshold, 1);
        using Connection connection = backend.Connect(geometry, weights, pattern);
        LaneLayout lanes = LaneLayout.ByImage(batch, 8);
        var input = new ActivationShape(96, size, size, 1, lanes, Storage.Bits);
        ActivationShape output = input with { Channels = 128 };
        using DeviceBuffer inputs = backend.Allocate(input.Length);
        using DeviceBuffer spikes = backend.Allocate(output.Length);
        backend.ConvolveNeuron(connection, null, new NeuronModel(1, Reset.Hard), threshold, new Activation(input, inputs), MeanWindow.One,
            new Activation(output, spikes), batch);
        Assert.That(connection.InferenceBytes, Is.GreaterThan(4L * pattern.Count).And.LessThanOrEqualTo(6L * pattern.Count + 4 * 129));
    }
}
