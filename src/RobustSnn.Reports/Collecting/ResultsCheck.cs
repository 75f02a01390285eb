using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Reports.Collecting;

/// <summary>Refuses results that cannot be: a figure of a damaged file must not look like one.</summary>
internal static class ResultsCheck
{
    /// <exception cref="BadInputException">A number is none that a run could have found.</exception>
    public static void Require(string file, RunResults results)
    {
        foreach (var row in results.Rows)
        {
            var where = $"{file}: rows: '{row.Network}'";
            Require(row.Samples >= 1, where, "at least one sample", row.Samples);
            RequireShare($"{where}: clean", row.Clean);
            foreach (var (attack, accuracy) in row.Attacks)
            {
                RequireShare($"{where}: {attack}", accuracy);
            }

            Require(row.WeightsKept >= 0 && row.WeightsKept <= row.WeightsTotal && row.WeightsTotal > 0, where, "weights_kept of 0 to weights_total", row.WeightsKept);
            foreach (var member in row.Members)
            {
                Require(member.Correct >= 0 && member.Correct <= member.Attacked && member.Attacked <= row.Samples, $"{where}: members: {member.Estimator}",
                    $"0 ≤ correct ≤ attacked ≤ {row.Samples}", member.Correct);
            }

            foreach (var layer in row.Activity)
            {
                RequireShare($"{where}: activity: {layer.Layer}", layer.SpikeRate);
            }
        }

        foreach (var layer in results.Layers)
        {
            Require(layer.Kept >= 0 && layer.Kept <= layer.Total && layer.Total > 0, $"{file}: layers: '{layer.Name}'", "kept of 0 to total", layer.Kept);
        }

        foreach (var (stage, seconds) in results.StageSeconds)
        {
            RequireSeconds($"{file}: stage_seconds: {stage}", seconds);
        }

        foreach (var epoch in results.Epochs)
        {
            var where = $"{file}: epochs: {epoch.Stage} {epoch.Epoch}";
            Require(epoch.Epoch >= 1 && epoch.Epoch <= epoch.Epochs, where, "an epoch from 1 to epochs", epoch.Epoch);
            RequireSeconds($"{where}: seconds", epoch.Seconds);
            RequireShare($"{where}: training_accuracy", epoch.TrainingAccuracy);
            RequireShare($"{where}: validation_clean", epoch.ValidationClean ?? 0);
            RequireShare($"{where}: validation_robust", epoch.ValidationRobust ?? 0);
        }
    }

    private static void RequireSeconds(string where, double seconds) => Require(seconds is >= 0 and < 1e9, where, "seconds from 0 to below 10^9", seconds);

    // NaN says that a figure is void.
    private static void RequireShare(string where, double share) => Require(double.IsNaN(share) || share is >= 0 and <= 1, where, "a share from 0 to 1", share);

    private static void Require(bool holds, string where, string expected, double found)
    {
        if (!holds)
        {
            throw new BadInputException(FormattableString.Invariant($"{where}: expected {expected}, found {found}. The file is damaged: make it anew by rsnn run"));
        }
    }
}
