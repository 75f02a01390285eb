using NUnit.Framework;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine.Timing;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Plans;

/// <summary>What benchmarks stand on: times, and networks that fire as often as is wanted.</summary>
public static class TimingTests
{
    private const int Samples = 16;

    [TestCase(1)]
    [TestCase(4)]
    public static void LayersFireAtTheirRates(int timesteps)
    {
        using var backend = Backends.Open(options: new(2));
        using var model = PlanBench.Model(backend, "vggmini");
        var images = PlanBench.Images(Samples, 21);
        double[] targets = [0.3, 0.2, 0.1, 0.15];
        RateCalibration.Run(model, images, timesteps, targets);
        using var frozen = new FrozenNetwork(model, Samples, timesteps);
        var rates = RateCalibration.Measure(frozen, images);

        // On the images of the calibration a rate can be hit to a few neurons of the layer that has fewest.
        Assert.That(rates, Is.EqualTo(targets).Within(0.02));
    }

    [Test]
    public static void RatesForOtherThanTheSpikingLayersAreRefused()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        Assert.That(() => RateCalibration.Run(model, PlanBench.Images(1, 1), 2, [0.1]), Throws.ArgumentException.With.Message.Contains("4 rates"));
    }

    [Test]
    public static void CalibrationStopsWhenItIsCancelled()
    {
        using var backend = Backends.Open(options: new(1));
        using var model = PlanBench.Model(backend, "vggmini");
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => RateCalibration.Run(model, PlanBench.Images(1, 1), 2, [0.1, 0.1, 0.1, 0.1], source.Token));
    }

    /// <summary>After one run to warm up, which is not counted.</summary>
    [TestCase(new[] { 1, 300, 1 }, 1)]
    [TestCase(new[] { 300, 1, 299 }, 299)]
    [TestCase(new[] { 1, 300 }, 150.5, Description = "The mean of the two in the middle")]
    public static void TheMedianRunCounts(int[] milliseconds, double expected)
    {
        var clock = new Clock();
        var runs = new Queue<int>([1000, .. milliseconds]);
        var median = MedianTime.Of(() => clock.Advance(runs.Dequeue()), TimeSpan.Zero, milliseconds.Length, clock: clock);
        Assert.That(runs, Is.Empty);
        Assert.That(median, Is.EqualTo(TimeSpan.FromMilliseconds(expected)));
    }

    [Test]
    public static void WorkGoesOnUntilItIsWarm()
    {
        var clock = new Clock();
        var runs = 0;
        MedianTime.Of(
            () =>
            {
                runs++;
                clock.Advance(20);
            },
            TimeSpan.FromMilliseconds(50), 1, clock: clock);
        Assert.That(runs, Is.EqualTo(3 + 1), "three of 20 ms are 50 ms, and one is timed");
    }

    [Test]
    public static void WarmingUpStopsWhenItIsCancelled()
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => MedianTime.Of(source.Cancel, TimeSpan.FromHours(1), 1, source.Token));
    }

    /// <summary>Moves when it is told to.</summary>
    private sealed class Clock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(int milliseconds) => now += milliseconds * TimeSpan.TicksPerMillisecond;
    }
}
