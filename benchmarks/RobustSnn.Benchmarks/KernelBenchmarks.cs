using BenchmarkDotNet.Attributes;
using RobustSnn.Contract;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;

namespace RobustSnn.Benchmarks;

/// <summary>
/// Every operation of the contract's table, once on each layer and with each option; those that have nothing to do with layers at their largest
/// case.
/// </summary>
public class KernelBenchmarks
{
    private IBackend backend = null!;
    private Workbench bench = null!;
    private Action operation = null!;

    [ParamsSource(nameof(Cases))]
    public ContractCase Case { get; set; } = null!;

    /// <summary>What each case has turned out to do, for the columns.</summary>
    internal static Dictionary<string, Work> Done { get; } = [];

    public static IEnumerable<ContractCase> Cases =>
    [
        .. LayerCases.All,
        .. ContractCases.All.GroupBy(@case => @case.Operation)
            .Where(cases => cases.Key is not ("Refresh" or "Normalise") && LayerCases.All.All(layer => layer.Operation != cases.Key))
            .Select(cases => cases.MaxBy(Size)!),
    ];

    [GlobalSetup]
    public void Setup()
    {
        backend = Backends.Open();
        var (recorded, recording) = RecordingBackend.Around(backend, Case.Operation);
        bench = new Workbench(recorded, Case.ToString(), Case.HasWidths);
        Case.Run(bench);
        operation = recording.Again();
        Done[Case.ToString()] = new Work(recording.MultiplyAdds, recording.Largest, recording.Bytes);
    }

    [Benchmark]
    public void Kernel()
    {
        operation();
        backend.Synchronize();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        bench.Dispose();
        backend.Dispose();
    }

    private static double Size(ContractCase @case)
    {
        using var backend = Backends.Open();
        var (recorded, recording) = RecordingBackend.Around(backend, @case.Operation);
        using var bench = new Workbench(recorded, @case.ToString(), @case.HasWidths);
        @case.Run(bench);
        return recording.Bytes;
    }
}

/// <summary>What one call of an operation does.</summary>
/// <param name="MultiplyAdds">With weights that exist; 0 where there are none.</param>
/// <param name="Values">Of its largest operand.</param>
/// <param name="Bytes">Of its operands.</param>
internal readonly record struct Work(double MultiplyAdds, double Values, double Bytes);
