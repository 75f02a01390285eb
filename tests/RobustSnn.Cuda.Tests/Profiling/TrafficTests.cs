using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>What goes between host and card is counted, and nothing else.</summary>
public sealed class TrafficTests
{
    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [Test]
    public void Copies_between_host_and_card_count_and_those_within_it_do_not()
    {
        using var backend = Backends.Open(CudaBackends.Name, new(IsChecked: false));
        using var first = backend.Allocate(3_000_000);
        using var second = backend.Allocate(3_000_000);
        var before = backend.Traffic!.Value;
        first.Upload(new float[3_000_000]); // more than a piece
        first.Upload([1], start: 7);
        backend.Copy(first, second, 3_000_000);
        backend.Fill(first, 2);
        second.Download(new float[5]);
        Assert.That(backend.Traffic - before, Is.EqualTo(new DeviceTraffic(2, 12_000_004, 1, 20)));
    }

    [Test]
    public void A_measured_copy_and_products_take_time()
    {
        using var backend = (CudaBackend)Backends.Open(CudaBackends.Name, new(IsChecked: false));
        var speed = backend.MeasureSpeed(1 << 20, 64);
        Assert.That(new[] { speed.CopiedBytes, speed.Single, speed.Tensor, speed.Half }, Is.All.Positive.And.All.LessThan(1e18));
    }
}
