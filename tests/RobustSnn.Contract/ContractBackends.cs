using System.Collections.Concurrent;
using RobustSnn.Engine.Cpu.Machine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Reference;

namespace RobustSnn.Contract;

/// <summary>A backend that the contract is tested on.</summary>
public sealed record BackendUnderTest(string Name, Func<IBackend> Create)
{
    private readonly ConcurrentBag<IBackend> idle = [];

    /// <summary>
    /// Runs something on a backend that serves nobody else meanwhile. It is kept for the next, so that cases also see what earlier ones leave
    /// behind in scratch memory; after an exception nothing is known of it, and it is not.
    /// </summary>
    public T Use<T>(Func<IBackend, T> run)
    {
        if (!idle.TryTake(out var backend))
            backend = Create();
        try
        {
            var result = run(backend);
            idle.Add(backend);
            return result;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    public void DisposeIdle()
    {
        while (idle.TryTake(out var backend))
            backend.Dispose();
    }

    public override string ToString() => Name;
}

/// <summary>The backends of the contract tests, each once for everything in which it can differ.</summary>
public static class ContractBackends
{
    private static readonly ConcurrentDictionary<int, BackendUnderTest> ByThreads = new();

    public static readonly BackendUnderTest Reference = new("reference", () => Backends.Open("reference"));

    /// <summary>The CPU with each vector width that this machine has: only the kernels of pruned layers know widths.</summary>
    public static readonly BackendUnderTest[] Widths =
        [.. VectorWidths.Available.Select(width => new BackendUnderTest($"cpu({width})", () => Backends.Open(options: new(2, Vectors: width))))];

    /// <summary>One of each kind, for what neither widths nor threads change.</summary>
    public static BackendUnderTest[] Kinds => [Reference, Cpu(2)];

    /// <summary>Those that a case is run on to be held against the reference.</summary>
    public static BackendUnderTest[] Fast(ContractCase @case) => @case.HasWidths ? Widths : [Cpu(2)];

    public static BackendUnderTest Cpu(int threads) =>
        ByThreads.GetOrAdd(threads, count => new BackendUnderTest($"cpu({count})", () => Backends.Open(options: new(count))));

    /// <summary>Once no case runs any more.</summary>
    public static void DisposeIdle()
    {
        foreach (var backend in ByThreads.Values.Concat(Widths).Append(Reference))
            backend.DisposeIdle();
    }
}
