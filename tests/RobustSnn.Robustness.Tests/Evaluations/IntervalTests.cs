using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Robustness.Tests.Evaluations;

public sealed class IntervalTests
{
    // R: binom.test(k, n)$conf.int
    [TestCase(0, 10, 0.0, 0.3084971)]
    [TestCase(10, 10, 0.6915029, 1.0)]
    [TestCase(5, 10, 0.1870860, 0.8129140)]
    [TestCase(1, 1, 0.025, 1.0)]
    public void ClopperPearson_is_the_exact_interval(int successes, int trials, double lower, double upper)
    {
        var interval = Interval.ClopperPearson(successes, trials);
        Assert.Multiple(() =>
        {
            Assert.That(interval.Lower, Is.EqualTo(lower).Within(1e-6));
            Assert.That(interval.Upper, Is.EqualTo(upper).Within(1e-6));
        });
    }

    [FsCheck.NUnit.Property]
    public bool It_contains_the_share_and_mirrors(FsCheck.NonNegativeInt a, FsCheck.PositiveInt b)
    {
        var trials = a.Get + b.Get;
        var interval = Interval.ClopperPearson(a.Get, trials);
        var mirrored = Interval.ClopperPearson(b.Get, trials);
        var share = (double)a.Get / trials;
        return interval.Lower <= share && share <= interval.Upper && Math.Abs(interval.Lower - (1 - mirrored.Upper)) < 1e-6;
    }

    [TestCase(-1, 10)]
    [TestCase(11, 10)]
    [TestCase(0, 0)]
    public void Impossible_counts_are_refused(int successes, int trials) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Interval.ClopperPearson(successes, trials));
}
