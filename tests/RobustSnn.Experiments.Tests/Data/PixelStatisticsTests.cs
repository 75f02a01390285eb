using NUnit.Framework;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Data;

[TestFixture]
public sealed class PixelStatisticsTests
{
    private static readonly Lazy<PixelStatistics> MeasuredShapes =
        new(() => PixelStatistics.Measure(Shapes10.Generate(seed: 5, trainCount: 2000, testCount: 1).Train));

    [TestCase("cifar10", new[] { 0.4914, 0.4822, 0.4465 }, new[] { 0.2023, 0.1994, 0.2010 })]
    [TestCase("cifar100", new[] { 0.5071, 0.4867, 0.4408 }, new[] { 0.2675, 0.2565, 0.2761 })]
    [TestCase("svhn", new[] { 0.5, 0.5, 0.5 }, new[] { 0.5, 0.5, 0.5 })]
    [TestCase("tinyimagenet", new[] { 0.485, 0.456, 0.406 }, new[] { 0.229, 0.224, 0.225 })]
    public void Are_those_of_the_papers(string name, double[] mean, double[] deviation) => Assert.Multiple(() =>
    {
        Assert.That(PixelStatistics.Known[name].Mean, Is.EqualTo(mean));
        Assert.That(PixelStatistics.Known[name].Deviation, Is.EqualTo(deviation));
    });

    [Test]
    public void Are_measured_per_channel()
    {
        // Channel 0: 0, 255, 255, 0; channel 1: 51, 51, 102, 102.
        var set = new ImageSet("x", new Shape(2, 1, 2), ["a"], [0, 255, 51, 51, 255, 0, 102, 102], [0, 0]);
        var measured = PixelStatistics.Measure(set);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Mean, Is.EqualTo(new[] { 0.5, 0.3 }).Within(1e-12));
            Assert.That(measured.Deviation, Is.EqualTo(new[] { 0.5, 0.1 }).Within(1e-12));
        });
    }

    [Test]
    public void A_channel_that_never_changes_is_refused()
    {
        var set = new ImageSet("flat", new Shape(2, 1, 2), ["a"], [1, 2, 7, 7], [0]);
        Refused.With(() => PixelStatistics.Measure(set), "flat", "channel 1 is 7");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Those_of_shapes10_fit_its_images(int channel)
    {
        var measured = MeasuredShapes.Value;
        Assert.Multiple(() =>
        {
            // Backgrounds differ by 32/255 between images: over 2,000 of them the mean is within 4 · 0.13 / √2000.
            Assert.That(measured.Mean[channel], Is.EqualTo(PixelStatistics.Shapes10.Mean[channel]).Within(0.012));
            Assert.That(measured.Deviation[channel], Is.EqualTo(PixelStatistics.Shapes10.Deviation[channel]).Within(0.005));
        });
    }
}
