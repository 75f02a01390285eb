using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Engine;

namespace RobustSnn.Cuda.Tests;

/// <summary>Every operation on an NVIDIA card, or on the emulator that executes the same kernels, over the table of cases.</summary>
public static class CudaContractTests
{
    private static readonly BackendUnderTest Cuda = new("cuda", () => Backends.Open(CudaBackends.Name));

    private static IEnumerable<TestCaseData> Cases =>
        ContractCases.All.Select(@case => new TestCaseData(@case).SetArgDisplayNames(@case.ToString()).SetCategory(@case.Operation));

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [OneTimeTearDown]
    public static void DisposeBackends()
    {
        Cuda.DisposeIdle();
        ContractBackends.DisposeIdle();
    }

    [TestCaseSource(nameof(Cases))]
    public static void AgreesWithTheReference(ContractCase @case) => Assert.That(Agreement.Differences(Cuda, @case), Is.Empty);
}
