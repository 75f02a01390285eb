using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>How a group of a golden case came out.</summary>
/// <param name="WorstError">In the measure of the group; NaN or infinite where something is missing, wrong in kind or no number.</param>
/// <param name="Pass">WorstError ≤ Tolerance.</param>
/// <param name="Skipped">Not computed, for the reason in Detail: neither passed nor failed.</param>
public sealed record ConformanceRow(string Group, double WorstError, double Tolerance, bool Pass, string Detail, bool Skipped = false)
{
    public bool Failed => !Pass && !Skipped;
}

/// <summary>
/// Computes everything that a golden case contains and compares. Groups are those of the tensors that are there: any subset, of any
/// named architecture, T, leak, reset, batch and weights. A tensor of no known group fails under its own name. With a cut, small weights
/// count as pruned, and what the sparse network computes is compared with the same network in dense tensors instead: the case gives the
/// inputs and says what to compare, within the same tolerances.
/// </summary>
public sealed class ConformanceRunner : IDisposable
{
    private const double SureMargin = 1e-5;

    private readonly GoldenCase golden;
    private readonly CaseChecks checks;
    private readonly CaseChecks? dense;
    private readonly Recording recording = new();

    /// <param name="cut">What counts as pruned; null to compare the network as it is with the case's numbers.</param>
    public ConformanceRunner(GoldenCase golden, IBackend backend, WeightCut? cut = null)
    {
        this.golden = golden;
        Groups = GroupsOf(golden.Tensors.Keys);
        if (cut is { } small)
        {
            dense = new CaseChecks(golden, new ZeroedNetwork(golden, backend, small), recording);
            checks = new CaseChecks(golden, new SparseNetwork(golden, backend, small), recording.Recorded);
        }
        else
        {
            checks = new CaseChecks(golden, new CaseNetwork(golden, backend), new GivenExpectations(golden));
        }
    }

    /// <summary>The groups of this case: the parameters first, then in the order of the names.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The groups of a case with tensors of these names.</summary>
    public static IReadOnlyList<string> GroupsOf(IEnumerable<string> tensors) =>
    [
        CaseChecks.ParameterGroup,
        .. tensors.Select(GroupOf).OfType<string>().Where(group => group != CaseChecks.ParameterGroup).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Checks every group.</summary>
    public IReadOnlyList<ConformanceRow> Run() => [.. Groups.Select(Check)];

    /// <summary>Checks one group.</summary>
    public ConformanceRow Check(string group)
    {
        if (CaseChecks.NotYet.TryGetValue(group, out var reason))
        {
            return new ConformanceRow(group, double.NaN, 0, false, reason, Skipped: true);
        }

        try
        {
            // Also those that no check reads, or that a cut replaces by the dense network's.
            foreach (var name in golden.Tensors.Keys.Where(name => group != CaseChecks.ParameterGroup && GroupOf(name) == group))
            {
                _ = golden.Tensor(name);
            }

            recording.Clear();
            dense?.Measure(group); // writes down what to expect
            var finding = checks.Measure(group);
            var note = dense is null ? MarginNote(group) : recording.IsZero ? "; all are 0: too little is left of the network" : "";
            return new ConformanceRow(group, finding.Error, finding.Tolerance, finding.Error <= finding.Tolerance, finding.Detail + note);
        }
        catch (Exception fault) when (fault is BadInputException or InvalidOperationException)
        {
            return new ConformanceRow(group, double.NaN, 0, false, fault.Message);
        }
    }

    public void Dispose()
    {
        checks.Dispose();
        dense?.Dispose();
    }

    internal static string Short(double value) => value.ToString("0.##E+0", CultureInfo.InvariantCulture);

    /// <summary>Warns of spikes that rounding may decide.</summary>
    private string MarginNote(string group) => golden.MinMargin <= SureMargin && group is not (CaseChecks.ParameterGroup or "logits.act") && !group.Contains("ann", StringComparison.Ordinal)
        ? $" The case's min_margin is {Short(golden.MinMargin)}, not above {Short(SureMargin)}: spikes may differ in float32."
        : "";

    private static string? GroupOf(string tensor) => tensor switch
    {
        "x" or "y" or "pgd.start" or "rfgsm.noise_sign" or "apgd.rand" or "balance.x" => null,
        "x_adv" or "tpgd.start" or "mart_attack.start" => null,
        "tpgd.x_adv" or "tpgd.loss" => "tpgd",
        "tpgd.ann.x_adv" or "tpgd.ann.loss" => "tpgd.ann",
        "mart_attack.x_adv" or "mart_attack.loss" => "mart_attack",
        "mart_attack.ann.x_adv" or "mart_attack.ann.loss" => "mart_attack.ann",
        "fgsm.x_adv" => "fgsm",
        "rfgsm.x_adv" => "rfgsm",
        "pgd.x_adv" => "pgd",
        "apgd.ce.x_best" or "apgd.ce.loss_best" or "apgd.ce.x_best_adv" or "apgd.ce.correct" => "apgd.ce",
        "apgd.dlr.x_best" or "apgd.dlr.loss_best" or "apgd.dlr.x_best_adv" or "apgd.dlr.correct" => "apgd.dlr",
        "trades.loss" or "trades.natural" or "trades.robust" => "trades.loss",
        "balance.thresholds" => "balance",
        _ => new[]
            {
                CaseChecks.ParameterGroup, "trades.grad", "trades.after2", "mart.grad", "ann.natural.grad", "ann.at.grad", "ann.trades.grad",
                "ann.trades.statistics", "ann.mart.grad",
            }
            .Concat(CaseChecks.NotYet.Keys)
            .FirstOrDefault(group => tensor.StartsWith(group + ".", StringComparison.Ordinal), tensor),
    };
}
