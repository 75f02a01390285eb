using System.Diagnostics;

namespace RobustSnn.Ranks.Worker;

/// <summary>What the processes of a test do together.</summary>
internal static class Jobs
{
    /// <summary>Opens this process's place; of the job "stranger" one has other settings and another version.</summary>
    public static IRanks Open(string job, TimeSpan silence, int faulty)
    {
        // Ranks are not known before they are open; launchers number their processes in the environment.
        var isStranger = job == "stranger" && faulty.ToString() == (Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_RANK") ?? Environment.GetEnvironmentVariable("PMI_RANK"));
        var settings = new Dictionary<string, string> { ["batch"] = "64", ["epochs"] = isStranger ? "5" : "4" };
        return Processes.Open(settings, silence, isStranger ? "0.0.1" : Processes.Version);
    }

    public static void Run(string job, IRanks ranks, int faulty)
    {
        switch (job)
        {
            case "checks":
                RunChecks(ranks);
                break;
            case "endless":
                Report.Line($"rank {ranks.Rank} pid {Environment.ProcessId}");
                SumForever(ranks);
                break;
            case "fault":
                ranks.Barrier();
                SumUntil(ranks, () => ranks.Rank == faulty ? throw new IOException("no space left on the device") : false);
                break;
            case "fault-while-others-compute":
                ranks.Barrier();
                if (ranks.Rank == faulty)
                {
                    throw new IOException("no space left on the device");
                }

                Thread.Sleep(TimeSpan.FromMinutes(1)); // no call in which it could be told
                break;
            case "other-call":
                if (ranks.Rank == faulty)
                {
                    ranks.Barrier();
                }
                else
                {
                    ranks.Sum(1);
                }

                break;
            case "early-end":
                if (ranks.Rank != faulty)
                {
                    ranks.Barrier();
                }

                break;
            case "measure":
                Measure(ranks);
                break;
            default:
                throw new ArgumentException($"no job '{job}'");
        }
    }

    /// <summary>A line for each check, from rank 0: its name and, where one rank or more say so, what was wrong.</summary>
    private static void RunChecks(IRanks ranks)
    {
        if (ranks.Rank == 0)
        {
            Report.Line(ranks.Description);
        }

        foreach (var (name, check) in Checks.All)
        {
            var fault = "";
            try
            {
                check(ranks);
            }
            catch (Exception exception) when (exception is not RankLostException)
            {
                fault = exception.Message;
            }

            var faults = ranks.Gather(System.Text.Encoding.UTF8.GetBytes(fault)).Select(System.Text.Encoding.UTF8.GetString).Where(text => text.Length > 0);
            if (ranks.Rank == 0)
            {
                Report.Line($"{name}: {string.Join("; ", faults)}");
            }
        }
    }

    private static void SumForever(IRanks ranks) => SumUntil(ranks, () => false);

    private static void SumUntil(IRanks ranks, Func<bool> isEnough)
    {
        using var sum = ranks.ShardSum<float>(ranks.Count, 20_000);
        var vector = new float[sum.Length];
        while (!isEnough())
        {
            sum.Add(vector);
            sum.Begin();
            sum.End();
        }
    }

    /// <summary>Times of small calls and of sums as large as networks' gradients.</summary>
    private static void Measure(IRanks ranks)
    {
        Time("sum of one number", 200, 0, () => ranks.Sum(1));
        foreach (var megabytes in new[] { 6, 60 })
        {
            using var sum = ranks.ShardSum<float>(ranks.Count, megabytes * 250_000);
            var vector = new float[sum.Length];
            Time($"sum of {megabytes} MB", megabytes == 6 ? 20 : 6, megabytes, () =>
            {
                sum.Add(vector);
                sum.Begin();
                sum.End();
            });
        }

        void Time(string what, int rounds, double megabytes, Action action)
        {
            var times = new double[rounds];
            for (var round = -3; round < rounds; round++)
            {
                ranks.Barrier();
                var since = Stopwatch.GetTimestamp();
                action();
                times[Math.Max(round, 0)] = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            }

            Array.Sort(times);
            var median = times[rounds / 2];
            if (ranks.Rank == 0)
            {
                Report.Line($"{ranks.Description}: {what}: {median:0.000} ms{(megabytes > 0 ? $", {megabytes / median:0.00} GB/s of vector" : "")}");
            }
        }
    }
}
