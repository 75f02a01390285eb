using NUnit.Framework;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>What every backend refuses, and how it treats numbers that are none.</summary>
[TestFixture]
public sealed class RefusalTests
{
    [Test]
    public void A_loss_of_too_few_classes([ValueSource(typeof(Backends), nameof(Backends.Kinds))] BackendUnderTest under,
        [Values(LogitLoss.DifferenceOfLogitsRatio, LogitLoss.BoostedCrossEntropy)] LogitLoss loss)
    {
        using var backend = under.Create();
        using var buffer = backend.Allocate(4);
        Assert.That(() => backend.LogitLoss(loss, buffer, null, buffer, loss.LeastClasses() - 1, 1, buffer, buffer, null, 1),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void NaN_of_either_sign_is_the_largest_value([ValueSource(typeof(Backends), nameof(Backends.Kinds))] BackendUnderTest under, [Values] bool negative)
    {
        using var backend = under.Create();
        var shape = new ActivationShape(1, 1, 3, 0, LaneLayout.Choose(1, 0));
        var values = new Activation(shape, backend.Allocate(shape.Length));
        values.FromHost([negative ? BitConverter.UInt32BitsToSingle(0xFFC00000) : float.NaN, float.PositiveInfinity, -1], 1);
        Assert.That(new[] { 1, 2, 3 }.Select(k => backend.KthSmallest(values, k, 1)), Is.EqualTo(new[] { -1, float.PositiveInfinity, float.NaN }));
    }
}
