using System.Globalization;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Model;

namespace RobustSnn.Conformance;

/// <summary>How a group of a golden case came out.</summary>
/// <param name="WorstError">In the measure of the group; NaN or infinite where something is missing, wrong in kind or no number.</param>
/// <param name="Pass">WorstError ≤ Tolerance.</param>
/// <param name="Forgiven">What passes only because this backend adds up in an order that this program does not know, in a sentence; empty where nothing.</param>
public sealed record ConformanceRow(string Group, double WorstError, double Tolerance, bool Pass, string Detail, string Forgiven = "");

/// <summary>
/// Computes everything that a golden case contains and compares. Groups are those of the tensors that are there, of any named architecture,
/// T, leak, reset, batch and weights, and those that the case's kind promises. A tensor of no known group fails under its own name. With a cut, small weights
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

    /// <exception cref="BadInputException">The case's kind is none.</exception>
    /// <param name="cut">What counts as pruned; null to compare the network as it is with the case's numbers.</param>
    public ConformanceRunner(GoldenCase golden, IBackend backend, WeightCut? cut = null)
    {
        this.golden = golden;
        Groups = GroupsOf(golden);
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

    /// <summary>The groups of a case: the parameters first, then in the order of the names; also those that its kind promises.</summary>
    /// <exception cref="BadInputException">Its kind is none.</exception>
    public static IReadOnlyList<string> GroupsOf(GoldenCase golden) => GoldenGroups.Of(golden);

    /// <summary>Checks every group.</summary>
    public IReadOnlyList<ConformanceRow> Run() => [.. Groups.Select(Check)];

    /// <summary>Checks one group.</summary>
    public ConformanceRow Check(string group)
    {
        try
        {
            GoldenGroups.RequirePromised(golden, group);
            RequireShapes(group);
            recording.Clear();
            dense?.Measure(group); // writes down what to expect
            var finding = checks.Measure(group);
            var note = dense is null ? MarginNote(group) : recording.IsZero ? "; all are 0: too little is left of the network" : "";
            var pass = finding.Error <= finding.Tolerance;
            return new ConformanceRow(group, finding.Error, finding.Tolerance, pass, finding.Detail + note, pass ? finding.Forgiven : "");
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

    /// <summary>Also of tensors that no check reads. With a cut, only the names of what to compare count: the values are the dense network's.</summary>
    private void RequireShapes(string group)
    {
        if (dense is not null || group == CaseChecks.ParameterGroup)
        {
            return;
        }

        foreach (var name in golden.Tensors.Keys.Where(name => GoldenGroups.Of(name) == group))
        {
            _ = golden.Tensor(name);
        }
    }

    /// <summary>Warns of spikes that rounding may decide.</summary>
    private string MarginNote(string group) => golden.MinMargin <= SureMargin && group is not (CaseChecks.ParameterGroup or "logits.act") && !group.Contains("ann", StringComparison.Ordinal)
        ? $" The case's min_margin is {Short(golden.MinMargin)}, not above {Short(SureMargin)}: spikes may differ in float32."
        : "";
}
