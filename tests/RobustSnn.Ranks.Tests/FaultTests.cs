namespace RobustSnn.Ranks.Tests;

/// <summary>Processes that are killed, stopped, fail or do not belong together: the others end soon, say whose fault it is, and nothing stays behind.</summary>
[TestFixtureSource(typeof(MpiRun), nameof(MpiRun.Launchers))]
[Parallelizable(ParallelScope.Self)] // they wait more than they work
[Platform(Exclude = "Win", Reason = "Windows has no such signals")]
public sealed class FaultTests(string launcher)
{
    private const int Stop = 19;
    private const int Kill = 9;
    private const string Silence = "2";

    [Test]
    public void A_rank_that_is_killed_ends_the_run() => AssertKilled(after: 300);

    /// <summary>One case: each would be skipped, and named, wherever all tests are run.</summary>
    [Test, Explicit("twenty runs of a second or two each")]
    public void Killed_at_any_moment_it_ends_the_run()
    {
        for (var moment = 0; moment < 20; moment++)
        {
            AssertKilled(after: 47 * moment);
        }
    }

    [Test]
    public void A_rank_that_stands_still_is_named_by_the_others()
    {
        using var run = new MpiRun(launcher, 3, ["endless", Silence]);
        var pids = run.AwaitRanks(3);
        MpiRun.Signal(pids[1], Stop);
        var outcome = run.End();
        Assert.That(outcome.Code, Is.Not.Zero);
        Assert.That(Count(outcome.Error, $"rank 1 ({Environment.MachineName}, pid {pids[1]}) has not been heard of for 2 s"), Is.AtLeast(2), outcome.Error);
    }

    [Test]
    public void A_rank_that_fails_says_why_to_the_others()
    {
        var outcome = MpiRun.Run(launcher, 3, "fault", "30", "1");
        Assert.That(outcome.Code, Is.Not.Zero);
        Assert.That(outcome.Error, Does.Match(@"(?m)^no space left on the device"));
        Assert.That(Count(outcome.Error, " ended by an error: no space left on the device"), Is.EqualTo(2), outcome.Error);
    }

    [Test]
    public void Ranks_that_compute_for_long_are_ended_when_another_fails()
    {
        var outcome = MpiRun.Run(launcher, 3, "fault-while-others-compute", "2", "1");
        Assert.That(outcome.Code, Is.Not.Zero);
        Assert.That(outcome.Error, Does.Contain("no space left on the device"));
        Assert.That(outcome.Duration, Is.LessThan(TimeSpan.FromSeconds(30)), "they would compute for a minute");
    }

    [Test]
    public void A_process_that_does_not_belong_to_the_others_is_refused()
    {
        var outcome = MpiRun.Run(launcher, 3, "stranger", "30", "1");
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Error);
        Assert.That(outcome.Error, Does.Contain("epochs is 4 on ranks 0, 2 and 5 on rank 1"));
        Assert.That(outcome.Error, Does.Match("the version of the program is .* on ranks 0, 2 and 0.0.1 on rank 1"));
        Assert.That(outcome.Error, Does.Not.Contain("batch is"));
    }

    [Test]
    public void A_rank_that_ends_while_others_wait_for_it_is_named()
    {
        var outcome = MpiRun.Run(launcher, 2, "early-end", "30", "1");
        Assert.That(outcome.Code, Is.Not.Zero);
        Assert.That(outcome.Error, Does.Match(@"rank 1 \(.*, pid \d+\) has come to its end"));
    }

    private void AssertKilled(int after)
    {
        using var run = new MpiRun(launcher, 3, ["endless", Silence]);
        var pids = run.AwaitRanks(3);
        Thread.Sleep(after);
        MpiRun.Signal(pids[1], Kill);
        var outcome = run.End();
        Assert.That(outcome.Code, Is.Not.Zero, $"killed after {after} ms");
        // The launcher sees it first: Open MPI's names the rank, MPICH's the process.
        Assert.That(outcome.Output + outcome.Error, Does.Contain("process rank 1").Or.Contain($"PID {pids[1]}").Or.Contain($"pid {pids[1]}"));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
