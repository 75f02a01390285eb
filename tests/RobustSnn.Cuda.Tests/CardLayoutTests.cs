using NUnit.Framework;
using RobustSnn.Contract;
using RobustSnn.Contract.Cases;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;

namespace RobustSnn.Cuda.Tests;

/// <summary>The contract's cases on the layouts that cards choose, which no other backend does: all samples in one lane block.</summary>
public static class CardLayoutTests
{
    private static readonly BackendUnderTest Cuda = new("cuda", () => Backends.Open(CudaBackends.Name));

    /// <summary>More channels than blocks of threads are launched where membranes are in memory: each goes on to further ones.</summary>
    private static readonly ShapeCase ManyChannels = new(0, 600, 2, 1, 0, new LaneCase(17, 2, 2, InOneBlock: true));

    private static IEnumerable<TestCaseData> Cases
    {
        get
        {
            var shapes = ShapeTable.Cards;
            IEnumerable<ContractCase> cases =
            [
                .. ImageCases.Over(shapes), .. BatchNormCases.Over(shapes), .. ActivationCases.Over(shapes), .. NeuronCases.Over(shapes),
                .. NormNeuronCases.Over([.. shapes.Temporal, ManyChannels]), .. NeuronMeanCases.Over(shapes), .. AdaptiveCases.Over(shapes),
                .. JoiningCases.Over(shapes), .. PoolingCases.Over(shapes), .. JudgementCases.Over(shapes), .. ReductionCases.Over(shapes),
                .. Layers(shapes), .. LinearLayers,
            ];
            return cases.Select(@case => new TestCaseData(@case).SetArgDisplayNames(@case.ToString()).SetCategory(@case.Operation));
        }
    }

    /// <summary>Layers dense, and pruned so that lists are read or so that products are.</summary>
    private static IEnumerable<ContractCase> Layers(ShapeTable shapes) =>
        from i in Enumerable.Range(0, shapes.Lanes.Length)
        let lanes = shapes.Lanes[i]
        let isStrided = i % 3 == 1
        let geometry = i % 3 == 2
            ? ConvolutionGeometry.Linear(19, 2, 2, 21)
            : ConvolutionGeometry.Convolution(12, 3, 9, 9, kernel: 3, stride: isStrided ? 2 : 1, padding: 1)
        let name = $"{(i % 3 == 2 ? "linear" : $"kernel 3, stride {geometry.StrideRows}")}, {lanes}"
        from @case in (IEnumerable<ContractCase>)
        [
            .. ConvolutionCases.Operations(name, geometry, 1, lanes, i % 2 == 0, i % 2),
            .. SparseConvolutionCases.Operations(name, geometry, 0.2, lanes, i % 2 == 0, isStatic: false),
            .. SparseConvolutionCases.Operations(name, geometry, 0.03, lanes, i % 2 == 1, isStatic: false),
            .. lanes.Timesteps > 0 ? ConvolveNeuronCases.Layer(name, geometry, lanes, margin: 1, bias: true) : [],
        ]
        select @case;

    /// <summary>With enough connections for cuSPARSE, in one lane block and in several.</summary>
    private static IEnumerable<ContractCase> LinearLayers =>
        from lanes in new LaneCase[] { new(0, 9, 7, InOneBlock: true), new(2, 33, 20) }
        from hasBias in new[] { true, false }
        let geometry = ConvolutionGeometry.Linear(800, 1, 1, 700)
        from @case in SparseConvolutionCases.Operations("linear 800 to 700", geometry, 0.04, lanes, hasBias, isStatic: lanes.Timesteps > 0)
        select @case;

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
