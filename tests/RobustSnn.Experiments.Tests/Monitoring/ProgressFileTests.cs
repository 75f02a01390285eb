using RobustSnn.Experiments.Monitoring;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Experiments.Tests.Monitoring;

public sealed class ProgressFileTests
{
    private static readonly RunProgress First = new("a", 7, RunState.Running, null, default, ["pretrain", "evaluate"]);

    [Test]
    public void It_is_there_at_once_and_says_what_it_was_given()
    {
        using var folder = new TemporaryFolder();
        var path = RunProgress.FileIn(folder.Path);
        var known = First with { Stage = "pretrain", Epoch = 2, SecondsLeft = double.PositiveInfinity, SpikeRates = [new LayerRate("features.2", 0.25)] };
        using var file = new ProgressFile(path, known);
        var read = RunProgress.TryRead(path)!;
        Assert.That(read with { Updated = default, Stages = First.Stages, SpikeRates = known.SpikeRates }, Is.EqualTo(known));
        Assert.That(read.Stages, Is.EqualTo(First.Stages));
        Assert.That(read.SpikeRates, Is.EqualTo(known.SpikeRates));
        Assert.That(DateTime.UtcNow - read.Updated, Is.LessThan(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void A_change_is_written_by_itself_within_seconds_and_others_a_second_at_most()
    {
        using var folder = new TemporaryFolder();
        var path = RunProgress.FileIn(folder.Path);
        using var file = new ProgressFile(path, First);
        var before = RunProgress.TryRead(path)!.Updated;
        for (var done = 1; done <= 1000; done++)
        {
            file.Current = First with { Done = done };
        }

        Assert.That(() => RunProgress.TryRead(path)!.Done, Is.EqualTo(1000).After(10_000, 50));
        Assert.That(RunProgress.TryRead(path)!.Updated - before, Is.GreaterThan(TimeSpan.FromSeconds(0.5)));
    }

    [Test]
    public void The_end_is_written_without_waiting()
    {
        using var folder = new TemporaryFolder();
        var path = RunProgress.FileIn(folder.Path);
        var file = new ProgressFile(path, First);
        file.Current = First with { State = RunState.Failed, Message = "why" };
        file.Dispose();
        var read = RunProgress.TryRead(path)!;
        Assert.That((read.State, read.Message), Is.EqualTo((RunState.Failed, "why")));
    }

    [Test]
    public void What_cannot_be_written_is_a_fault_and_no_exception()
    {
        using var folder = new TemporaryFolder();
        using var file = new ProgressFile(Path.Combine(folder.Path, "nowhere", "progress.json"), First);
        Assert.That(file.Fault, Does.Contain("cannot be written"));
    }

    [Test]
    public void Where_there_is_none_there_is_none()
    {
        using var folder = new TemporaryFolder();
        Assert.That(RunProgress.TryRead(RunProgress.FileIn(folder.Path)), Is.Null);
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("""{ "name": "a" }""")]
    [TestCase("""{ "name": "a", "process": 1, "state": "sleeping", "updated": "2026-01-01T00:00:00Z", "stages": [] }""")]
    [TestCase("""{ "name": "a", "process": 1, "state": 0, "updated": "2026-01-01T00:00:00Z", "stages": [] }""")]
    [TestCase("""{ "name": "a", "process": 1, "state": "running", "updated": "2026-01-01T00:00:00Z", "stages": [null] }""")]
    [TestCase("""{ "name": "a", "process": 1, "state": "running", "updated": "2026-01-01T00:00:00Z", "stages": [], "spike_rates": [null] }""")]
    public void What_is_no_progress_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("progress.json"), text);
        Assert.That(() => RunProgress.TryRead(folder.File("progress.json")), Refuses.Saying("progress of a run"));
    }
}
