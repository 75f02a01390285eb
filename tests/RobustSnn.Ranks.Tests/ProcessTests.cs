using RobustSnn.Ranks.Worker;

namespace RobustSnn.Ranks.Tests;

/// <summary>The checks that threads pass, made by processes under each launcher: one run of all checks for each number of processes.</summary>
[TestFixtureSource(nameof(Fixtures))]
[Platform(Exclude = "Win", Reason = "launchers are those of Linux")]
public sealed class ProcessTests(string launcher, int count)
{
    private Dictionary<string, string> findings = [];

    private static IEnumerable<TestFixtureData> Fixtures =>
        from launcher in MpiRun.Launchers
        from count in new[] { 1, 2, 3, 4 }
        select new TestFixtureData(launcher, count);

    [OneTimeSetUp]
    public void Run()
    {
        var outcome = MpiRun.Run(launcher, count, "checks");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        findings = outcome.Output.Split('\n').Select(line => line.Trim().Split(':', 2)).Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
        Assert.That(outcome.Output, Does.Contain($"{(launcher == MpiRun.OpenMpi ? "Open MPI" : "MPICH")}").And.Contain($", {count} rank"));
    }

    [TestCaseSource(typeof(Checks), nameof(Checks.Names))]
    public void Calls_do_what_they_promise(string check) => Assert.That(findings[check], Is.Empty);
}
