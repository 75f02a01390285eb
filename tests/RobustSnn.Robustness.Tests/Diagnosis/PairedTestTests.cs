using RobustSnn.Robustness.Diagnosis;

namespace RobustSnn.Robustness.Tests.Diagnosis;

public sealed class PairedTestTests
{
    // R: binom.test(gained, gained + lost, alternative = "greater")$p.value
    [TestCase(0, 0, 1.0)]
    [TestCase(0, 5, 1.0)]
    [TestCase(7, 0, 0.0078125)]
    [TestCase(10, 2, 0.01928711)]
    [TestCase(15, 5, 0.02069473)]
    public void Its_chance_is_the_exact_binomial_one(int gained, int lost, double expected) =>
        Assert.That(new PairedTest(gained, lost).GainChance, Is.EqualTo(expected).Within(1e-7));

    [TestCase(6, 0, false)]
    [TestCase(7, 0, true)]
    [TestCase(100, 100, false)]
    [TestCase(130, 100, false)]
    [TestCase(140, 100, true)]
    public void A_gain_is_what_chance_brings_once_in_a_hundred_times(int gained, int lost, bool expected) => Assert.Multiple(() =>
    {
        Assert.That(new PairedTest(gained, lost).IsGain, Is.EqualTo(expected));
        Assert.That(new PairedTest(lost, gained).IsLoss, Is.EqualTo(expected));
    });

    [Test]
    public void Fewer_samples_than_the_least_cannot_differ() => Assert.Multiple(() =>
    {
        Assert.That(new PairedTest(DiagnosisThresholds.LeastSamples, 0).IsGain, Is.True);
        Assert.That(new PairedTest(DiagnosisThresholds.LeastSamples - 1, 0).IsGain, Is.False);
    });

    [FsCheck.NUnit.Property]
    public bool It_is_the_sum_of_the_binomial_s_terms(byte some, byte more, byte percent)
    {
        var (successes, trials, share) = (some % 100, (some % 100) + (more % 100), percent % 91 / 100.0); // so that no term underflows
        var (sum, term) = (0.0, Math.Pow(1 - share, trials));
        for (var k = 0; k <= trials; k++)
        {
            sum += k >= successes ? term : 0;
            term *= (double)(trials - k) / (k + 1) * share / (1 - share);
        }

        return Math.Abs(PairedTest.AtLeast(successes, trials, share) - sum) < 1e-9;
    }

    [Test]
    public void Samples_are_paired_in_their_order()
    {
        var test = PairedTest.Of([true, true, false, false, true], [true, false, true, false, false]);
        Assert.That(test, Is.EqualTo(new PairedTest(Gained: 1, Lost: 2)));
    }

    [Test]
    public void Other_samples_cannot_be_paired() => Assert.Throws<ArgumentOutOfRangeException>(() => PairedTest.Of([true], [true, false]));
}
