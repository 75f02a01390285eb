using NUnit.Framework;
using RobustSnn.Conformance;
using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>The reference's numbers, group by group, from a card or the emulator.</summary>
public sealed class CudaGoldenTests
{
    private readonly Dictionary<string, (IBackend Backend, ConformanceRunner Runner)> runners = [];

    private static IEnumerable<TestCaseData> Groups =>
        from golden in GoldenCases.All
        from @group in ConformanceRunner.GroupsOf(golden.Value)
        select new TestCaseData(golden.Key, @group).SetArgDisplayNames(golden.Key, @group);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Groups))]
    public void It_agrees_with_the_reference(string file, string group)
    {
        if (!runners.TryGetValue(file, out var entry))
        {
            var backend = CudaDevices.Open();
            entry = (backend, new ConformanceRunner(GoldenCases.All[file], backend));
            runners.Add(file, entry);
        }

        var row = entry.Runner.Check(group);
        TestContext.Out.WriteLine($"{row.WorstError:E2} of {row.Tolerance:E0}: {row.Detail}");
        Assert.That(row.Pass, Is.True, $"error {row.WorstError:E2}, tolerance {row.Tolerance:E0}: {row.Detail}");
    }

    [OneTimeTearDown]
    public void Clear()
    {
        foreach (var (backend, runner) in runners.Values)
        {
            runner.Dispose();
            backend.Dispose();
        }
    }
}
