using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Tests.Settings;

[TestFixture]
public sealed class PixelFractionTests
{
    [TestCase("8/255", 8.0 / 255)]
    [TestCase("0.5/255", 0.5 / 255)]
    [TestCase("0.03", 0.03)]
    [TestCase("0", 0.0)]
    [TestCase("1", 1.0)]
    [TestCase("1e-3", 1e-3)]
    public void Value_and_text_are_kept(string text, double value)
    {
        Assert.That(PixelFraction.TryParse(text, out PixelFraction fraction), Is.True);
        Assert.That(fraction.Value, Is.EqualTo(value));
        Assert.That(fraction.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("8")]
    [TestCase("8/0")]
    [TestCase("0/0")]
    [TestCase("-1/255")]
    [TestCase("1/-255")]
    [TestCase("256/255")]
    [TestCase("8/255/2")]
    [TestCase("eight")]
    [TestCase("NaN")]
    [TestCase("∞")]
    [TestCase("8 / 255")]
    [TestCase("0,5")]
    public void Anything_else_is_refused(string text) => Assert.That(PixelFraction.TryParse(text, out _), Is.False);

    [Test]
    public void Equality_is_that_of_values()
    {
        Assert.That(PixelFraction.TryParse("4/510", out PixelFraction same), Is.True);
        Assert.That(same == PixelFraction.Of255(2), Is.True);
        Assert.That(same != PixelFraction.Of255(3), Is.True);
        Assert.That(same.GetHashCode(), Is.EqualTo(PixelFraction.Of255(2).GetHashCode()));
    }

    [Test]
    public void The_default_is_zero() => Assert.That(default(PixelFraction).ToString(), Is.EqualTo("0"));
}
