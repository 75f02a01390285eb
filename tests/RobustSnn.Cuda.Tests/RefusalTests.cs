using NUnit.Framework;
using RobustSnn.Contract.Refusals;

namespace RobustSnn.Cuda.Tests;

/// <summary>What every backend refuses, and how it treats numbers that are none. Calls are not checked first: the backend itself has to say no.</summary>
public static class RefusalTests
{
    private static IEnumerable<TestCaseData> Refusals =>
        from refusal in LossRefusals.All.Concat(BitRefusals.All)
        where !refusal.IsOfValues
        select new TestCaseData(refusal).SetArgDisplayNames(refusal.Name);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Refusals))]
    public static void Is_refused(Refusal refusal)
    {
        using var backend = CudaDevices.Open();
        Assert.That(() => refusal.Call(backend), Throws.InstanceOf(refusal.Exception));
    }

    [Test]
    public static void A_hard_reset_of_an_infinite_membrane_is_0()
    {
        using var backend = CudaDevices.Open();
        var (spikes, membranes) = OddNumbers.HardResetOfAnInfiniteMembrane(backend);
        Assert.That(spikes, Is.EqualTo(new[] { 1, 0, 0 }));
        Assert.That(membranes, Is.EqualTo(new[] { float.PositiveInfinity, 0.25f, 0.5f }));
    }

    [Test]
    public static void NaN_of_either_sign_is_the_largest_value([Values] bool negative)
    {
        using var backend = CudaDevices.Open();
        Assert.That(OddNumbers.SortedWithNaN(backend, negative), Is.EqualTo(new[] { -1, float.PositiveInfinity, float.NaN }));
    }

    [Test]
    public static void A_second_thread_is_refused_while_one_is_in_an_operation()
    {
        using var backend = CudaDevices.Open();
        using var target = backend.Allocate(1);
        InvalidOperationException? found = null;
        backend.Record(() =>
        {
            var other = new Thread(() =>
            {
                try
                {
                    backend.Fill(target, 1);
                }
                catch (InvalidOperationException refusal)
                {
                    found = refusal;
                }
            });
            other.Start();
            other.Join();
        }).Dispose();
        Assert.That(found, Has.Message.Contains("at the same time"));
    }
}
