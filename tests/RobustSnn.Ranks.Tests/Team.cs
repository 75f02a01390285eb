using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks.Tests;

/// <summary>Ranks that are threads: each does the same, and what went wrong is handed back by rank.</summary>
internal static class Team
{
    /// <summary>No test waits longer: who is still at work then hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static void Run(int count, Action<IRanks> work)
    {
        var errors = RunToTheEnd(InProcess.Create(count), work);
        Assert.That(errors, Is.All.Null, string.Join('\n', errors.Select(error => error?.ToString())));
    }

    /// <param name="silence">A rank that is not heard of for so long is lost.</param>
    /// <param name="transport">Given the hub and a rank: what its messages go through.</param>
    public static Exception?[] Run(int count, TimeSpan silence, Func<Hub, int, ITransport> transport, Action<IRanks> work)
    {
        var hub = new Hub(count);
        var settings = Enumerable.Range(0, count).Select(_ => new Dictionary<string, string>()).ToArray();
        return RunToTheEnd(InProcess.Create(settings, silence, rank => transport(hub, rank)), work);
    }

    private static Exception?[] RunToTheEnd(IReadOnlyList<IRanks> ranks, Action<IRanks> work)
    {
        var errors = new Exception?[ranks.Count];
        Thread[] threads = [.. ranks.Select((one, rank) => new Thread(() =>
        {
            try
            {
                work(one);
                one.Dispose();
            }
            catch (Exception exception)
            {
                errors[rank] = exception;
                if (exception is not RankLostException)
                {
                    one.Abort(exception.Message);
                }
            }
            finally
            {
                one.Dispose();
            }
        }))];
        foreach (var thread in threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }

        foreach (var thread in threads)
        {
            Assert.That(thread.Join(Limit), Is.True, "a rank hangs");
        }

        return errors;
    }
}
