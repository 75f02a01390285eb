using RobustSnn.Ranks.Transport;

namespace RobustSnn.Ranks;

/// <summary>Ranks that are threads of one process, for tests: all but the way that bytes take is as between processes.</summary>
public static class InProcess
{
    /// <summary>One for each thread that is to be a rank; each is disposed of by its own.</summary>
    public static IReadOnlyList<IRanks> Create(int count) => Create([.. Enumerable.Range(0, count).Select(_ => new Dictionary<string, string>())], Processes.Silence, new Hub(count).Transport);

    internal static IReadOnlyList<IRanks> Create(IReadOnlyList<IReadOnlyDictionary<string, string>> settings, TimeSpan silence, Func<int, ITransport> transport)
    {
        ManyProcesses[] ranks = [.. settings.Select((_, rank) => new ManyProcesses(() => transport(rank), silence))];
        Task[] introductions = [.. ranks.Select((one, rank) => Task.Factory.StartNew(
            () => one.Introduce(new Introduction(Environment.MachineName, Environment.ProcessId, [.. settings[rank]])),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WhenAll(introductions).GetAwaiter().GetResult();
        return ranks;
    }
}
