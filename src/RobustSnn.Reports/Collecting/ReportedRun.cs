using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Reports.Collecting;

/// <summary>A run as a report shows it: all that its folder has.</summary>
/// <param name="Name">As people know it: the folder's name among several runs, else the experiment's.</param>
/// <param name="Thresholds">Of each layer of neurons; empty where the folder has no converted network.</param>
/// <param name="Images">Images that broke networks, one entry a network; empty where none were kept.</param>
internal sealed record ReportedRun(
    string Name, string Folder, RunResults Results, ExperimentSettings Settings, IReadOnlyList<LayerThresholds> Thresholds,
    IReadOnlyList<KeptImages> Images)
{
    /// <summary>The method that pruned here; null where nothing was, or somebody else did before the run began.</summary>
    public PruneMethod? Pruning => Settings.RunningStages.Contains(Stage.Prune) && Settings.Prune.Sparsity > 0 ? Settings.Prune.Method : null;

    /// <summary>Of weights, that pruning was to take away; of a run that began with a pruned network, what its last network lacks.</summary>
    public double Sparsity => Pruning is not null ? Settings.Prune.Sparsity
        : Results.Rows.LastOrDefault() is { } row ? 1 - (double)row.WeightsKept / row.WeightsTotal
        : 0;
}

/// <summary>All that one report is made of.</summary>
/// <param name="Notes">What is not in it, and why: a sentence each.</param>
internal sealed record ReportData(IReadOnlyList<ReportedRun> Runs, IReadOnlyList<EvaluationDocument> Evaluations, IReadOnlyList<string> Notes)
{
    /// <summary>Runs that differ in nothing but their seed, under the name that they share.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<ReportedRun> Runs)> Families { get; } = RunFamilies.Of(Runs);
}
