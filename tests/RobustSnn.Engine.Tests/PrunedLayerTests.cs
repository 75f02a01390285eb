using NUnit.Framework;
using RobustSnn.Engine.Cpu;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests;

public sealed class PrunedLayerTests
{
    [Test]
    public void Kernels_that_16_bits_cannot_number_are_refused_with_what_to_do()
    {
        using var backend = new CpuBackend(threads: 1);
        ConvolutionGeometry geometry = ConvolutionGeometry.Linear(1, 257, 257, 1);
        using DeviceBuffer weights = backend.Allocate(1);
        var refusal = Assert.Throws<BadInputException>(() => backend.Connect(geometry, weights, new SparsityPattern(geometry.WeightCount, [7])));
        Assert.That(refusal!.Message, Does.Contain("65,536").And.Contain("66,049").And.Contain("do not prune"));
    }
}
