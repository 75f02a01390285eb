using System.Runtime.InteropServices;
using NUnit.Framework;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Contract;

namespace RobustSnn.Engine.Tests.Contract;

/// <summary>Every operation on every backend, over one table of cases.</summary>
[Parallelizable(ParallelScope.Children)]
public static class ContractTests
{
    private static IReadOnlyList<ContractCase> Cases => ContractCases.All;

    private static IEnumerable<TestCaseData> OnEveryFastBackend =>
        from @case in Cases
        from backend in ContractBackends.Fast(@case)
        select ForOtherProcessors(@case, Categorised(@case, new TestCaseData(backend, @case).SetArgDisplayNames(backend.Name, @case.ToString())));

    private static IEnumerable<TestCaseData> OnEach =>
        from @case in Cases
        select Categorised(@case, new TestCaseData(@case).SetArgDisplayNames(@case.ToString()));

    [OneTimeTearDown]
    public static void DisposeBackends() => ContractBackends.DisposeIdle();

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
    public static void AgreesWithTheReference(BackendUnderTest backend, ContractCase @case) =>
        Assert.That(Agreement.Differences(backend, @case), Is.Empty);

    [TestCaseSource(nameof(OnEach))]
    public static void CpuGivesTheSameBitsOnAnyNumberOfThreads(ContractCase @case)
    {
        var alone = @case.RunOn(ContractBackends.Cpu(1)).Outputs;
        Assert.That(alone, Is.Not.Empty);
        foreach (var threads in new[] { 2, 3 })
            foreach (var (name, values) in @case.RunOn(ContractBackends.Cpu(threads)).Outputs)
                Assert.That(Bits(values).SequenceEqual(Bits(alone[name])), Is.True, $"{name} on {threads} threads");
    }

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
