using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using RobustSnn.Engine;

namespace RobustSnn.Cuda.Tests;

/// <summary>The contract's cases on the layouts that cards choose, which no other backend does: all samples in one lane block.</summary>
public static class CardLayoutTests
{
    private static readonly BackendUnderTest Cuda = new("cuda", () => Backends.Open(CudaBackends.Name));

    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            var shapes = ShapeTable.Cards;
            IEnumerable<ContractCase> cases =
            [
                .. ImageCases.Over(shapes), .. BatchNormCases.Over(shapes), .. ActivationCases.Over(shapes), .. NeuronCases.Over(shapes),
                .. NormNeuronCases.Over([.. shapes.Temporal]), .. NeuronMeanCases.Over(shapes), .. AdaptiveCases.Over(shapes),
                .. JoiningCases.Over(shapes), .. PoolingCases.Over(shapes), .. JudgementCases.Over(shapes), .. ReductionCases.Over(shapes),
            ];
            return cases.Select(@case => new TestCaseData(@case).SetArgDisplayNames(@case.ToString()).SetCategory(@case.Operation));
        }
    }

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
