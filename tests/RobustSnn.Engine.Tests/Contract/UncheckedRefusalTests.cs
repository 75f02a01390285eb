using NUnit.Framework;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>What backends that know their operands refuse themselves, with nobody looking at the call before.</summary>
[TestFixture]
public sealed class UncheckedRefusalTests
{
    [Test]
    public void A_label_or_target_that_is_no_class([Values("reference", "cpu")] string name, [Values(-1, 5)] int wrong, [Values] bool isTarget)
    {
        using var backend = Backends.Open(name, new BackendOptions(Threads: 1, IsChecked: false));
        using var logits = backend.Allocate(5);
        using var losses = backend.Allocate(1);
        using var right = backend.Allocate(1);
        using var outside = backend.Allocate(1);
        outside.Upload([wrong]);
        Assert.That(
            () => backend.LogitLoss(LogitLoss.LogitDifference, logits, null, isTarget ? right : outside, 5, 1, losses, null, null, 1, isTarget ? outside : right),
            Throws.InstanceOf<ArgumentException>());
    }
}
