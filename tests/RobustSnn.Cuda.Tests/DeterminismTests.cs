using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Engine;

namespace RobustSnn.Cuda.Tests;

/// <summary>The same bits on every run, whatever was computed before and in whatever order threads came.</summary>
public static class DeterminismTests
{
    private static readonly BackendUnderTest Cuda = new("cuda", () => Backends.Open(CudaBackends.Name));

    /// <summary>One case of each operation.</summary>
    private static IEnumerable<TestCaseData> Cases =>
        from @case in ContractCases.All
        group @case by @case.Operation into operation
        select new TestCaseData(operation.Last()).SetArgDisplayNames(operation.Last().ToString()).SetCategory(operation.Key);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [OneTimeTearDown]
    public static void DisposeBackends() => Cuda.DisposeIdle();

    [TestCaseSource(nameof(Cases))]
    public static void Gives_the_same_bits_again(ContractCase @case)
    {
        var first = @case.RunOn(Cuda).Outputs;
        Assert.That(first, Is.Not.Empty);
        for (var run = 0; run < 2; run++)
            foreach (var (name, values) in @case.RunOn(Cuda).Outputs)
                Assert.That(MemoryMarshal.Cast<double, ulong>(values).SequenceEqual(MemoryMarshal.Cast<double, ulong>(first[name])), Is.True, name);
    }
}
