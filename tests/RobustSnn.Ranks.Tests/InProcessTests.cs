using RobustSnn.Model;
using RobustSnn.Ranks.Transport;
using RobustSnn.Ranks.Worker;

namespace RobustSnn.Ranks.Tests;

/// <summary>Every call between threads, and what happens where one of them fails.</summary>
public sealed class InProcessTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.8);

    private static IEnumerable<TestCaseData> CheckCases =>
        from check in Checks.All.Keys
        from count in new[] { 1, 2, 3, 4 }
        select new TestCaseData(check, count);

    [TestCaseSource(nameof(CheckCases)), NonParallelizable]
    public void Calls_do_what_they_promise(string check, int count) => Team.Run(count, Checks.All[check]);

    [TestCaseSource(typeof(Checks), nameof(Checks.Names)), NonParallelizable]
    public void A_single_process_does_the_same(string check)
    {
        using var single = new SingleProcess();
        Assert.That(() => Checks.All[check](single), Throws.Nothing);
    }

    /// <summary>The rank falls silent in the middle of its sums: its messages go nowhere, as those of a process that was killed.</summary>
    [Test]
    public void A_rank_that_falls_silent_is_named_by_all_others()
    {
        var errors = Team.Run(3, Short, (hub, rank) => rank == 1 ? new Muted(hub.Transport(rank), after: 200) : hub.Transport(rank), SumForever);
        foreach (var error in new[] { errors[0], errors[2] })
        {
            Assert.That(error, Is.TypeOf<RankLostException>().With.Message.Match($@"rank 1 \({Environment.MachineName}, pid {Environment.ProcessId}\) has not been heard of for 0.8 s"));
            Assert.That(((RankLostException)error!).Rank, Is.EqualTo(1));
        }
    }

    [Test]
    public void A_rank_that_gives_up_is_named_by_all_others_with_its_reason()
    {
        var errors = Team.Run(3, Processes.Silence, (hub, rank) => hub.Transport(rank), ranks =>
        {
            ranks.Barrier();
            if (ranks.Rank == 2)
            {
                throw new IOException("no space left on the device");
            }

            SumForever(ranks);
        });
        Assert.That(errors[2], Is.TypeOf<IOException>());
        foreach (var error in errors[..2])
        {
            Assert.That(error, Is.TypeOf<RankLostException>().With.Message.Match(@"rank 2 \(.*, pid \d+\) ended by an error: no space left on the device"));
        }
    }

    [Test]
    public void Ranks_at_different_calls_are_told_so()
    {
        var errors = Team.Run(2, Processes.Silence, (hub, rank) => hub.Transport(rank), ranks => _ = ranks.Rank == 0 ? ranks.Sum(1) : ranks.Largest(1));
        foreach (var error in errors)
        {
            Assert.That(error, Has.Message.Contains("Sum (call 1)").And.Message.Contains("Largest (call 1)"));
        }
    }

    [Test]
    public void Broadcasts_of_different_lengths_are_refused()
    {
        var errors = Team.Run(2, Processes.Silence, (hub, rank) => hub.Transport(rank), ranks => ranks.Broadcast(new byte[3 + ranks.Rank], 0));
        Assert.That(errors, Has.All.Message.Contains("Broadcast of 3 bytes").And.All.Message.Contains("Broadcast of 4 bytes"));
    }

    [Test]
    public void A_rank_that_has_ended_while_others_wait_for_it_is_named()
    {
        var errors = Team.Run(2, Processes.Silence, (hub, rank) => hub.Transport(rank), ranks =>
        {
            if (ranks.Rank == 0)
            {
                ranks.Barrier();
            }
        });
        Assert.That(errors, Is.All.TypeOf<RankLostException>().With.Message.Contains("rank 1").And.Message.Contains("has come to its end"));
    }

    [Test]
    public void A_rank_may_compute_for_longer_than_the_silence()
    {
        var silence = TimeSpan.FromSeconds(1.5); // a busy machine may keep a thread waiting for long, too
        var errors = Team.Run(2, silence, (hub, rank) => hub.Transport(rank), ranks =>
        {
            Thread.Sleep(ranks.Rank == 0 ? silence * 1.4 : TimeSpan.Zero);
            ranks.Barrier();
        });
        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void A_rank_may_end_long_before_the_others()
    {
        var silence = TimeSpan.FromSeconds(1.5);
        var errors = Team.Run(3, silence, (hub, rank) => hub.Transport(rank), ranks =>
        {
            ranks.Barrier();
            Thread.Sleep(ranks.Rank == 0 ? silence * 1.4 : TimeSpan.Zero);
        });
        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void Differing_settings_are_refused_by_all_with_the_same_words()
    {
        var settings = new[] { "4", "5", "4" }.Select(epochs => new Dictionary<string, string> { ["batch"] = "64", ["epochs"] = epochs }).ToArray();
        Assert.That(() => InProcess.Create(settings, Processes.Silence, new Hub(3).Transport),
            Throws.TypeOf<BadInputException>().With.Message.Contains("epochs is 4 on ranks 0, 2 and 5 on rank 1").And.Message.Not.Contains("batch"));
    }

    [Test]
    public void The_time_in_which_others_were_waited_for_is_counted() => Team.Run(2, ranks =>
    {
        ranks.Barrier();
        var before = ranks.Waited;
        Thread.Sleep(ranks.Rank == 0 ? 300 : 0);
        ranks.Barrier();
        var waited = ranks.Waited - before;
        Assert.That(waited, ranks.Rank == 0 ? Is.LessThan(TimeSpan.FromMilliseconds(250)) : Is.GreaterThan(TimeSpan.FromMilliseconds(200)));
    });

    private static void SumForever(IRanks ranks)
    {
        using var sum = ranks.ShardSum<float>(4, 5000);
        while (true)
        {
            Vectors.Give(sum);
            sum.Begin();
            sum.End();
        }
    }

    /// <summary>After so many messages what is sent comes nowhere and nothing is received.</summary>
    private sealed class Muted(ITransport inner, int after) : ITransport
    {
        private const int Nowhere = -1;
        private int messages;

        public int Rank => inner.Rank;

        public int Count => inner.Count;

        public string Description => inner.Description;

        public int Send(int peer, Topic topic, nint data, int length) => ++messages > after ? Nowhere : inner.Send(peer, topic, data, length);

        public int Receive(int peer, Topic topic, nint data, int capacity) => ++messages > after ? Nowhere : inner.Receive(peer, topic, data, capacity);

        public bool IsDone(int request, out int received)
        {
            received = 0;
            return messages <= after && inner.IsDone(request, out received);
        }

        public void Close() => inner.Close();

        public void Abort() => inner.Abort();
    }
}
