using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Tests.Attacks;

public sealed class BallCheckTests
{
    private static readonly float[] Clean = [0f, 0.5f, 1f, 0.5f];

    [Test]
    public void Images_in_the_ball_pass() =>
        Assert.DoesNotThrow(() => BallCheck.Verify("attack", Clean, [0.1f, 0.4f, 0.9f, 0.6f], Budget.Pixels(0.1f), 2));

    [Test]
    public void Images_in_an_L2_ball_pass() =>
        Assert.DoesNotThrow(() => BallCheck.Verify("attack", Clean, [0.3f, 0.9f, 1f, 0.5f], new Budget(Norm.Euclidean, 0.5f), 2));

    [Test]
    public void Images_outside_an_L2_ball_throw() => Assert.Throws<InvalidOperationException>(
        () => BallCheck.Verify("attack", Clean, [0f, 0.5f, 0.7f, 0.91f], new Budget(Norm.Euclidean, 0.5f), 2));

    [TestCase(0, -0.05f, TestName = "Below 0")]
    [TestCase(2, 1.05f, TestName = "Above 1")]
    [TestCase(1, 0.61f, TestName = "Outside the ball")]
    [TestCase(1, float.NaN, TestName = "No number")]
    public void Anything_else_throws_and_says_where(int index, float value)
    {
        var adversarial = (float[])Clean.Clone();
        adversarial[index] = value;
        var violation = Assert.Throws<InvalidOperationException>(() => BallCheck.Verify("pgd10", Clean, adversarial, Budget.Pixels(0.1f), 2));
        Assert.That(violation?.Message, Does.Contain("pgd10").And.Contain($"sample {index / 2}, value {index % 2}"));
    }
}
