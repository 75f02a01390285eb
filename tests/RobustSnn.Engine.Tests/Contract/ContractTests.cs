using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Tests.Contract.Cases;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>Every operation on every backend, over one table of cases.</summary>
[Parallelizable(ParallelScope.Children)]
public static class ContractTests
{
    private static readonly ContractCase[] Cases =
    [
        .. BufferCases.All, .. ImageCases.All, .. ConvolutionCases.All, .. SparseConvolutionCases.All, .. BatchNormCases.All, .. ActivationCases.All, .. NeuronCases.All,
        .. ConvolveNeuronCases.All,
        .. JoiningCases.All, .. PoolingCases.All, .. LossCases.All, .. TrainingCases.All, .. MaskCases.All, .. AttackCases.All, .. JudgementCases.All,
        .. ReductionCases.All, .. BitCases.All, .. NormNeuronCases.All, .. AdaptiveCases.All,
    ];

    private static IEnumerable<TestCaseData> OnEveryFastBackend =>
        from @case in Cases
        from backend in Backends.Fast(@case)
        select ForOtherProcessors(@case, Categorised(@case, new TestCaseData(backend, @case).SetArgDisplayNames(backend.Name, @case.ToString())));

    private static IEnumerable<TestCaseData> OnEach =>
        from @case in Cases
        select Categorised(@case, new TestCaseData(@case).SetArgDisplayNames(@case.ToString()));

    [OneTimeTearDown]
    public static void DisposeBackends() => Backends.DisposeIdle();

    [TestCaseSource(nameof(OnEach))]
    public static void TheReferenceGivesSomethingToCompareWith(ContractCase @case)
    {
        Assert.That(@case.Reference.Damage, Is.Empty);
        foreach (var (name, values) in @case.Reference.Outputs)
        {
            Assert.That(values.All(double.IsFinite), Is.True, $"{name} is finite");
            Assert.That(values.Any(value => value != 0), Is.True, $"{name} is not zero");
        }
    }

    /// <summary>So that a run in which a width was not compared shows it.</summary>
    [Test]
    public static void SparseKernelsAreComparedWithEveryWidth([Values] VectorWidth width)
    {
        if (!VectorWidths.Available.Contains(width))
            Assert.Ignore($"this processor, or what the environment leaves of it, has no {width.Name()}");
        Assert.That(OnEveryFastBackend.Count(data => data.Arguments[0] is BackendUnderTest backend && backend.Name == $"cpu({width})"),
            Is.EqualTo(Cases.Count(@case => @case.HasWidths)).And.Positive);
    }

    [TestCaseSource(nameof(OnEveryFastBackend))]
    public static void AgreesWithTheReference(BackendUnderTest backend, ContractCase @case)
    {
        var found = @case.RunOn(backend);
        using var all = Assert.EnterMultipleScope();
        Assert.That(found.Damage, Is.Empty);
        foreach (var (name, expected) in @case.Reference.Outputs)
        {
            var values = found.Outputs[name];
            var largest = expected.Max(Math.Abs);
            var worst = Enumerable.Range(0, expected.Length).MaxBy(i => Error(values[i], expected[i]));
            Assert.That(Error(values[worst], expected[worst]) / largest, Is.LessThanOrEqualTo(@case.Tolerance),
                $"{name}[{worst}] of {expected.Length} is {values[worst]:R}, expected {expected[worst]:R}; largest {largest:R}");
        }
    }

    [TestCaseSource(nameof(OnEach))]
    public static void CpuGivesTheSameBitsOnAnyNumberOfThreads(ContractCase @case)
    {
        var alone = @case.RunOn(Backends.Cpu(1)).Outputs;
        Assert.That(alone, Is.Not.Empty);
        foreach (var threads in new[] { 2, 3 })
            foreach (var (name, values) in @case.RunOn(Backends.Cpu(threads)).Outputs)
                Assert.That(Bits(values).SequenceEqual(Bits(alone[name])), Is.True, $"{name} on {threads} threads");
    }

    /// <summary>A NaN is further from any number than every number.</summary>
    private static double Error(double found, double expected) => double.IsNaN(found) ? double.PositiveInfinity : Math.Abs(found - expected);

    private static ReadOnlySpan<ulong> Bits(double[] values) => MemoryMarshal.Cast<double, ulong>(values);

    private static TestCaseData Categorised(ContractCase @case, TestCaseData data) => data.SetCategory(@case.Operation);

    /// <summary>
    /// The first case of every operation, and a quarter of the others, drawn by their names: an even choice would always take the same of the
    /// options that the table goes through in turn.
    /// </summary>
    private static TestCaseData ForOtherProcessors(ContractCase @case, TestCaseData data)
    {
        if (Cases.First(other => other.Operation == @case.Operation) == @case || Workbench.StableHash(@case.ToString()) % 4 == 0)
            data.SetCategory(ProcessorTests.OtherProcessors);
        return data;
    }
}
