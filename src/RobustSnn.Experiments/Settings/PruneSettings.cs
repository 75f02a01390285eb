using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Settings;

/// <summary>How weights are chosen for pruning (METHODS 5).</summary>
public enum PruneMethod
{
    /// <summary>The smallest absolute weights.</summary>
    Lwm,

    /// <summary>Learned scores, the same share of each layer.</summary>
    Hydra,

    /// <summary>Learned scores and learned shares of the layers.</summary>
    Harp,

    /// <summary>Erdős–Rényi-kernel shares, the smallest absolute weights within each layer.</summary>
    Erk,

    /// <summary>Layer-adaptive magnitude scores.</summary>
    Lamp,

    /// <summary>By lot.</summary>
    Random,
}

/// <summary>Pruning (METHODS 5).</summary>
public sealed record PruneSettings(
    [Setting("How weights are chosen")] PruneMethod Method,
    [Setting("Share of the prunable weights set to zero; 0 is dense", Minimum = 0, Maximum = 1, BelowMaximum = true)] double Sparsity,
    [Setting("lwm, random: whether the share is that of each layer, as where left out, or of all together")] PruningScope? Scope = null,
    [Setting("hydra, harp: how scores are learned")] AnnTrainingSettings? Training = null,
    [Setting("harp: by how much the weight of the penalty for keeping too much grows each epoch, γ_0", Minimum = 0, AboveMinimum = true, Maximum = 1e6)]
    double? Gamma = null)
{
    /// <summary>Whether masks are learned by training.</summary>
    internal bool IsLearned => Method is PruneMethod.Hydra or PruneMethod.Harp;

    /// <summary>The method itself.</summary>
    internal IPruningMethod ToMethod() => Method switch
    {
        PruneMethod.Lwm => new LeastWeightMagnitude(Scope ?? PruningScope.Layer),
        PruneMethod.Hydra => new Hydra(),
        PruneMethod.Harp => new Harp(Gamma!.Value), // PruneRules
        PruneMethod.Erk => new ErdosRenyiKernel(),
        PruneMethod.Lamp => new Lamp(),
        PruneMethod.Random => new RandomPruning(Scope ?? PruningScope.Layer),
        _ => throw new InvalidOperationException($"{Method} is not a method of pruning"),
    };
}

/// <summary>What must hold between the settings of pruning: a method has what it reads, and no scope that it would not heed.</summary>
internal static class PruneRules
{
    /// <summary>Every rule that the settings break: the key to blame and why.</summary>
    public static IEnumerable<(string Path, string Problem)> Broken(PruneSettings prune)
    {
        var method = SettingName.Of(prune.Method.ToString());
        if (prune.IsLearned && prune.Training is null)
        {
            yield return ("prune.training", $"the key is missing: {method} learns its masks by training; expected the keys of pretrain");
        }

        if (prune.Method == PruneMethod.Harp && prune.Gamma is null)
        {
            yield return ("prune.gamma", "the key is missing: harp needs the growth of its penalty, 0.01 in its authors' settings");
        }

        if (prune.Scope is { } scope && prune.Method is not (PruneMethod.Lwm or PruneMethod.Random))
        {
            yield return ("prune.scope",
                $"expected nothing, as {method} divides the share among the layers in its own way, found {SettingName.Of(scope.ToString())}; set it to null");
        }
    }
}
