using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>What every backend refuses, and how it treats numbers that are none.</summary>
[TestFixture]
public sealed class RefusalTests
{
    [Test]
    public void A_loss_of_too_few_classes([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under,
        [Values(LogitLoss.DifferenceOfLogitsRatio, LogitLoss.BoostedCrossEntropy, LogitLoss.TargetedDifferenceOfLogitsRatio, LogitLoss.LogitDifference)] LogitLoss loss)
    {
        using var backend = under.Create();
        var (logits, labels, losses, gradient) = (backend.Allocate(4), backend.Allocate(1), backend.Allocate(1), backend.Allocate(4));
        Assert.That(() => backend.LogitLoss(loss, logits, null, labels, loss.LeastClasses() - 1, 1, losses, gradient, null, 1, labels),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_loss_without_what_it_compares_with([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under, [Values] LogitLoss loss)
    {
        Assume.That(loss.HasReference() || loss.HasTarget());
        using var backend = under.Create();
        using var logits = backend.Allocate(5);
        using var values = backend.Allocate(5);
        Assert.That(() => backend.LogitLoss(loss, logits, null, values, 5, 1, values, null, null, 1), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void A_label_or_target_that_is_no_class([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under,
        [Values] LogitLoss loss, [Values(-1, 5)] int wrong, [Values] bool isTarget)
    {
        Assume.That(loss.HasTarget() || !isTarget);
        using var backend = under.Create();
        using var logits = backend.Allocate(5);
        using var losses = backend.Allocate(1);
        using var right = backend.Allocate(1);
        using var outside = backend.Allocate(1);
        outside.Upload([wrong]);
        Assert.That(
            () => backend.LogitLoss(loss, logits, logits, isTarget ? right : outside, 5, 1, losses, null, null, 1, isTarget ? outside : right),
            Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void A_hard_reset_of_an_infinite_membrane_is_0([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under)
    {
        using var backend = under.Create();
        var shape = new ActivationShape(1, 1, 1, 0, LaneLayout.Choose(1, 3));
        Activation New() => new(shape, backend.Allocate(shape.Length));
        var (current, membrane, spikes) = (New(), New(), New());
        current.FromHost([float.PositiveInfinity, 0.25f, 0.25f], 1);
        using var threshold = backend.Allocate(1);
        backend.Fill(threshold, 1);
        backend.Neuron(new NeuronModel(1, Reset.Hard), current, threshold, membrane, spikes, 1);
        Assert.That(spikes.ToHost(1), Is.EqualTo(new[] { 1, 0, 0 }));
        Assert.That(membrane.ToHost(1), Is.EqualTo(new[] { float.PositiveInfinity, 0.25f, 0.5f }));
    }

    [Test]
    public void NaN_of_either_sign_is_the_largest_value([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under, [Values] bool negative)
    {
        using var backend = under.Create();
        var shape = new ActivationShape(1, 1, 3, 0, LaneLayout.Choose(1, 0));
        var values = new Activation(shape, backend.Allocate(shape.Length));
        values.FromHost([negative ? BitConverter.UInt32BitsToSingle(0xFFC00000) : float.NaN, float.PositiveInfinity, -1], 1);
        Assert.That(new[] { 1, 2, 3 }.Select(k => backend.KthSmallest(values, k, 1)), Is.EqualTo(new[] { -1, float.PositiveInfinity, float.NaN }));
    }
}
