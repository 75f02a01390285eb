using RobustSnn.Engine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Tests.Golden;

/// <summary>The reference's numbers, group by group: everything that a golden file contains must come out.</summary>
public sealed class GoldenTests
{
    private readonly Dictionary<string, (IBackend Backend, ConformanceRunner Runner)> runners = [];

    private static IEnumerable<TestCaseData> Groups()
    {
        foreach (var (file, golden) in GoldenCases.All)
        {
            foreach (var group in ConformanceRunner.GroupsOf(golden.Tensors.Keys))
            {
                yield return new TestCaseData(file, group).SetArgDisplayNames(file, group);
            }
        }

        if (GoldenCases.All.Count == 0)
        {
            yield return new TestCaseData("", "").Ignore("needs the golden files in shared/golden beside the repository");
        }
    }

    [TestCaseSource(nameof(Groups))]
    public void It_agrees_with_the_reference(string file, string group)
    {
        if (!runners.TryGetValue(file, out var entry))
        {
            var backend = new CpuBackend();
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
