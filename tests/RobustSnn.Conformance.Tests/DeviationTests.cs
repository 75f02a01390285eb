namespace RobustSnn.Conformance.Tests;

public sealed class DeviationTests
{
    private static readonly float[] Expected = [0f, 2f, -4f];
    private static readonly float[] Near = [0.25f, 2f, -4f];
    private static readonly float[] Nothing = [float.NaN, 2f, -4f];

    [Test]
    public void RelativeToLargest_divides_by_the_largest() => Assert.That(Deviation.RelativeToLargest(Near, Expected), Is.EqualTo(0.0625));

    [Test]
    public void RelativeOfEach_admits_nothing_but_zero_at_zero() =>
        Assert.That(Deviation.RelativeOfEach(Near, Expected), Is.EqualTo(double.PositiveInfinity));

    [Test]
    public void RelativeNorm_divides_norms() =>
        Assert.That(Deviation.RelativeNorm(Near, Expected), Is.EqualTo(0.25 / Math.Sqrt(20)).Within(1e-12));

    [Test]
    public void RelativeNorm_has_a_floor() => Assert.That(Deviation.RelativeNorm([1f], [0f], 10), Is.EqualTo(0.1));

    [Test]
    public void ShareBeyond_counts() => Assert.That(Deviation.ShareBeyond(Near, Expected, 0.1), Is.EqualTo(1 / 3.0).Within(1e-12));

    [Test]
    public void No_number_is_never_near() => Assert.Multiple(() =>
    {
        Assert.That(Deviation.RelativeToLargest(Nothing, Expected), Is.NaN);
        Assert.That(Deviation.RelativeOfEach(Nothing, Expected), Is.NaN);
        Assert.That(Deviation.RelativeNorm(Nothing, Expected), Is.NaN);
        Assert.That(Deviation.Absolute(Nothing, Expected), Is.NaN);
        Assert.That(Deviation.ShareBeyond(Nothing, Expected, 0.1), Is.EqualTo(1 / 3.0).Within(1e-12));
    });
}
