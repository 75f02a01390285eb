using RobustSnn.Engine;
using RobustSnn.Engine.Checked;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>
/// The reference's numbers, group by group: everything that a golden file contains must come out, through a backend that looks at every call.
/// </summary>
public sealed class GoldenTests
{
    private readonly Dictionary<(string File, bool Sparse), (IBackend Backend, ConformanceRunner Runner)> runners = [];

    private static IEnumerable<TestCaseData> Groups()
    {
        foreach (var (file, golden) in GoldenCases.All)
        {
            foreach (var group in ConformanceRunner.GroupsOf(golden))
            {
                yield return new TestCaseData(file, group).SetArgDisplayNames(file, group);
            }
        }
    }

    [Test]
    public void The_repository_has_its_own_cases() => Assert.That(GoldenCases.All, Has.Count.GreaterThanOrEqualTo(9));

    [TestCaseSource(nameof(Groups))]
    public void It_agrees_with_the_reference(string file, string group) => Check(file, group, sparse: false);

    [TestCaseSource(nameof(Groups))]
    public void Pruned_it_agrees_with_zeros_in_dense_tensors(string file, string group) => Check(file, group, sparse: true);

    private void Check(string file, string group, bool sparse)
    {
        if (!runners.TryGetValue((file, sparse), out var entry))
        {
            var backend = Backends.Open(options: new(Threads: 1, IsChecked: true));
            entry = (backend, new ConformanceRunner(GoldenCases.All[file], backend, sparse ? new WeightCut() : null));
            runners.Add((file, sparse), entry);
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
