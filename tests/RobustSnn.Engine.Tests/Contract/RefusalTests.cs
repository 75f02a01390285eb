using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Contract.Refusals;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>What every backend refuses, and how it treats numbers that are none.</summary>
[TestFixture]
public sealed class RefusalTests
{
    private static IEnumerable<TestCaseData> Refusals =>
        from backend in ContractBackends.Kinds
        from refusal in LossRefusals.All.Concat(BitRefusals.All)
        select new TestCaseData(backend, refusal).SetArgDisplayNames(backend.Name, refusal.Name);

    [TestCaseSource(nameof(Refusals))]
    public void Is_refused(BackendUnderTest under, Refusal refusal)
    {
        using var backend = under.Create();
        Assert.That(() => refusal.Call(backend), Throws.InstanceOf(refusal.Exception));
    }

    [Test]
    public void A_hard_reset_of_an_infinite_membrane_is_0([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under)
    {
        using var backend = under.Create();
        var (spikes, membranes) = OddNumbers.HardResetOfAnInfiniteMembrane(backend);
        Assert.That(spikes, Is.EqualTo(new[] { 1, 0, 0 }));
        Assert.That(membranes, Is.EqualTo(new[] { float.PositiveInfinity, 0.25f, 0.5f }));
    }

    [Test]
    public void NaN_of_either_sign_is_the_largest_value([ValueSource(typeof(ContractBackends), nameof(ContractBackends.Kinds))] BackendUnderTest under, [Values] bool negative)
    {
        using var backend = under.Create();
        Assert.That(OddNumbers.SortedWithNaN(backend, negative), Is.EqualTo(new[] { -1, float.PositiveInfinity, float.NaN }));
    }
}
