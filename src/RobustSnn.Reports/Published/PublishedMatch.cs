using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Reports.Published;

/// <summary>
/// Which of P2's rows is of the same experiment as a row of a run. Only a run whose settings are those of one of P2's presets, but for its seed,
/// its pruning and what is attacked, has such rows: a smaller network, fewer images or fewer epochs give figures of something else.
/// </summary>
internal static class PublishedMatch
{
    private const string Prefix = "p2-";
    private const int TestImages = 10_000;

    private static readonly string[] Free =
    [
        "name", "description", "seed", "data.directory", "prune.method", "prune.sparsity", "energy", "evaluate.epsilon", "evaluate.batch_size", "evaluate.attacks",
        "evaluate.stages",
    ];

    private static readonly Lazy<(string Name, ExperimentSettings Settings)[]> Presets = new(
        () => [.. RobustSnn.Experiments.Settings.Presets.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => (name, RobustSnn.Experiments.Settings.Presets.Read(name)))]);

    /// <summary>The preset of P2 that the settings are those of; null where there is none, so that nothing may be compared.</summary>
    public static string? PresetOf(ExperimentSettings settings)
    {
        // A preset by its own stages first: those of the dense network leave pruning out.
        var found = Presets.Value.FirstOrDefault(preset => SettingsTable.Differences(preset.Settings, settings).All(
            difference => Free.Contains(difference.Path) || difference.Path.StartsWith("energy.", StringComparison.Ordinal)
                || difference is { Path: "data.extra.path", First: not null, Second: not null })); // where the same images lie
        return found.Name;
    }

    /// <summary>The published rows of a run's figure: one, or several where several tables have it. Empty where P2 has none, or none that is the same.</summary>
    /// <param name="attack">Its name; null for clean images.</param>
    /// <param name="ball">Null for clean images.</param>
    public static IReadOnlyList<PublishedRow> Of(ExperimentSettings settings, RunRow row, string? attack, AttackBudget? ball)
    {
        if (PresetOf(settings) is not { } preset || row.Samples != TestImages || ModelOf(row.Network, preset) is not { } model
            || ball is { Value.Norm: not Norm.Infinity })
        {
            return [];
        }

        var name = attack?.Replace('-', '_') ?? "clean";
        var radius = ball is { } its ? Math.Round(255.0 * its.Value.Radius, 3) : 0;
        return
        [
            .. PublishedRow.All.Where(each => each.DataSet == settings.Data.Name.ToString().ToLowerInvariant() && each.Architecture == settings.Network.Architecture?.Replace('-', '_')
                && each.Model == model && each.Pruning == PruningOf(settings, model) && each.Attack == name && each.Epsilon255 == radius
                && each.SparsityPercent == Math.Round(100 * Sparsity(settings), 6)).DistinctBy(each => each.Accuracy),
        ];
    }

    private static double Sparsity(ExperimentSettings settings) => settings.RunningStages.Contains(Stage.Prune) ? settings.Prune.Sparsity : 0;

    private static string? ModelOf(string network, string preset) => network switch
    {
        "sparse ANN" or "ANN finetuned" => "ann",
        "SNN finetuned" when preset.Contains("-trades6-", StringComparison.Ordinal) => null, // P2's table B4 names these otherwise
        "SNN finetuned" => "snn",
        "SNN end to end" when preset.EndsWith("-e2e-random", StringComparison.Ordinal) => "snn_e2e_random",
        "SNN end to end" when preset.EndsWith("-e2e-mask", StringComparison.Ordinal) => "snn_e2e_ann_connectivity",
        _ => null,
    };

    private static string? PruningOf(ExperimentSettings settings, string model) => (Sparsity(settings), settings.Prune.Method, settings.Prune.Scope) switch
    {
        // P2 trains its dense networks of CIFAR-10 with extra images (METHODS 4).
        (0, _, _) when settings.Data is { Name: DataSetName.Cifar10, Extra.Path: null } => null,
        (0, _, _) => "dense",
        (_, PruneMethod.Random, null) => model == "snn_e2e_random" ? "uniform" : null,
        (_, PruneMethod.Hydra, _) => model == "snn_e2e_random" ? null : "uniform",
        (_, PruneMethod.Lwm, null) => model is "ann" or "snn" ? "lwm" : null,
        (_, PruneMethod.Harp, _) => model is "ann" or "snn" ? "nonuniform" : null,
        _ => null,
    };
}
