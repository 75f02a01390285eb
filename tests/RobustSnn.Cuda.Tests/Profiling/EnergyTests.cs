using NUnit.Framework;
using RobustSnn.Engine;
using RobustSnn.Robustness.Energy;

namespace RobustSnn.Cuda.Tests.Profiling;

/// <summary>What a card takes: the way of its figures, whose values mean something on a card only.</summary>
public sealed class EnergyTests
{
    private static readonly MeasuringTimes Short = new(TimeSpan.FromSeconds(0.3), TimeSpan.Zero, TimeSpan.FromSeconds(0.3), Repeats: 3);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCase(false, "SNN as it is", "ANN as it is")]
    [TestCase(true, "SNN as it is", "ANN as it is", "SNN with nothing pruned", "ANN with nothing pruned")]
    public void Networks_are_put_under_load(bool isPruned, params string[] names)
    {
        using var backend = Backends.Open(CudaBackends.Name, new(IsChecked: false));
        if (EnergyMeter.WhyNot(backend) is { } reason)
        {
            Assert.Ignore(reason);
        }

        using var model = SmallNetwork.Make(backend, isPruned);
        var told = new List<string>();
        var measured = new EnergyMeter(Short).Measure(model, SmallNetwork.Images(2), 2, told.Add);
        Assert.That(measured.Networks.Select(network => network.Network), Is.EqualTo(names));
        Assert.That(told, Is.EqualTo(names.Prepend("idle")));
        Assert.That(measured.IdleWatts, Is.Positive.And.LessThan(2000), "no card takes more");
        foreach (var network in measured.Networks)
        {
            Assert.That(network.Repeats, Has.Count.EqualTo(3));
            Assert.That(network.ImagesPerSecond, Is.Positive);
            Assert.That(network.Watts, Is.Positive.And.LessThan(2000));

            // What is left of the load, over all repeats, is what an image takes; repeats count alike whatever images they had.
            Assert.That(network.Joules * network.ImagesPerSecond, Is.EqualTo(network.Watts - measured.IdleWatts).Within(0.2 * network.Watts));
        }
    }

    [Test]
    public void A_checked_backend_is_not_measured()
    {
        using var backend = Backends.Open(CudaBackends.Name, new(IsChecked: true));
        Assert.That(EnergyMeter.WhyNot(backend), Does.Contain("checked"));
    }
}
