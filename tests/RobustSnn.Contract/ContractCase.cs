using RobustSnn.Engine.Operations;

namespace RobustSnn.Contract;

/// <summary>One operation on one set of shapes and options, for any backend.</summary>
/// <param name="Tolerance">Of each output, relative to its largest magnitude in the reference; 0 where every bit must agree.</param>
/// <param name="Run">Lays the operands out on a workbench and runs the operation once.</param>
public sealed record ContractCase(string Operation, string Description, double Tolerance, Action<Workbench> Run)
{
    /// <summary>Tolerance of operations that compute each value from few others.</summary>
    public const double Elementwise = 1e-5;

    /// <summary>Tolerance of operations that sum over many values.</summary>
    public const double Sums = 2e-5;

    /// <summary>Tolerance of operations that select or copy.</summary>
    public const double Exact = 0;

    private Lazy<Outcome>? reference;

    /// <summary>Whether the case connects pruned weights, whose kernels exist for several vector widths: it is compared with each.</summary>
    public bool HasWidths { get; init; }

    /// <summary>What the reference gives: computed once for all backends.</summary>
    public Outcome Reference => LazyInitializer.EnsureInitialized(ref reference, () => new Lazy<Outcome>(() => RunOn(ContractBackends.Reference))).Value;

    public Outcome RunOn(BackendUnderTest backend) => backend.Use(RunOn);

    private Outcome RunOn(IBackend device)
    {
        using var bench = new Workbench(device, ToString(), HasWidths);
        Run(bench);
        return bench.Finish();
    }

    public override string ToString() => $"{Operation}: {Description}";
}
