using System.Collections.Concurrent;
using NUnit.Framework;
using RobustSnn.Conformance;
using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Cuda.Tests;

/// <summary>The reference's numbers, group by group, from a card or the emulator; one group of a file at a time, files side by side.</summary>
[Parallelizable(ParallelScope.Children)]
public static class CudaGoldenTests
{
    private static readonly ConcurrentDictionary<string, OpenCase> Open = new();

    /// <summary>A group of each file in turn, so that workers seldom wait for each other's file.</summary>
    private static IEnumerable<TestCaseData> Groups =>
        from golden in GoldenCases.All
        from @group in ConformanceRunner.GroupsOf(golden.Value).Index()
        orderby @group.Index
        select new TestCaseData(golden.Key, @group.Item).SetArgDisplayNames(golden.Key, @group.Item);

    [OneTimeSetUp]
    public static void NeedsADevice() => CudaDevices.Require();

    [TestCaseSource(nameof(Groups))]
    public static void It_agrees_with_the_reference(string file, string group)
    {
        var open = Open.GetOrAdd(file, name => new OpenCase(name));
        lock (open)
        {
            var row = open.Runner.Check(group);
            TestContext.Out.WriteLine($"{row.WorstError:E2} of {row.Tolerance:E0}: {row.Detail}");
            Assert.That(row.Pass, Is.True, $"error {row.WorstError:E2}, tolerance {row.Tolerance:E0}: {row.Detail}");
        }
    }

    [OneTimeTearDown]
    public static void Clear()
    {
        foreach (var open in Open.Values)
        {
            open.Dispose();
        }
    }

    /// <summary>A file's runner, and the backend that it computes on from the first group on.</summary>
    private sealed class OpenCase(string file) : IDisposable
    {
        private IBackend? backend;
        private ConformanceRunner? runner;

        public ConformanceRunner Runner => runner ??= new ConformanceRunner(GoldenCases.All[file], backend ??= CudaDevices.Open());

        public void Dispose()
        {
            runner?.Dispose();
            backend?.Dispose();
        }
    }
}
