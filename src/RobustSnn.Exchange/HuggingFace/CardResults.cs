using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Exchange.HuggingFace;

/// <summary>An accuracy, from 0 to 1, with its exact 95 % interval.</summary>
internal readonly record struct CardFigure(string Name, double Accuracy, Interval Interval);

/// <summary>What a run measured of one of its networks.</summary>
/// <param name="Samples">Test images.</param>
/// <param name="SpikesPerImage">On clean images; null for an ANN.</param>
internal sealed record CardResults(int Samples, IReadOnlyList<CardFigure> Figures, double? SpikesPerImage, IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// Those of the run in whose folder the checkpoint lies. Null where they are not there, or not surely this network's: its name is not that of
    /// its stage's file, weights are not as many, or the run measured it with BatchNorm statistics that the file does not have.
    /// </summary>
    /// <exception cref="BadInputException">Results or experiment are there and cannot be read.</exception>
    public static CardResults? Find(LoadedModel loaded, string checkpoint)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(checkpoint))!;
        string results = RunFolder.ResultsFile(folder);
        if (!File.Exists(results) || RunningStatistics.AreReset(loaded.Model))
        {
            return null;
        }

        IReadOnlyList<LayerShare> shares = LayerShare.Of(loaded.Model);
        RunRow? row = RunResults.Read(results).Rows.FirstOrDefault(row => EvaluatedNetworks.StageOf(row.Network) is { } stage
            && stage.Name() == loaded.Info.Stage && stage.FileName() == Path.GetFileName(checkpoint)
            && row.WeightsKept == shares.Sum(share => share.Kept) && row.WeightsTotal == shares.Sum(share => share.Total));
        return row is null || row.Samples < 1 ? null : new CardResults(
            row.Samples,
            [Figure("clean", row.Clean, row.Samples), .. row.Attacks.Select(attack => Figure($"under {attack.Key}{Radius(folder)}", attack.Value, row.Samples))],
            row.SpikesPerImage, row.Warnings);
    }

    /// <summary>Where there are several radii the attack's name has its own.</summary>
    private static string Radius(string folder) => RunFolder.ExperimentFile(folder) is var file && File.Exists(file)
        && SettingsReader.ReadFile(file).Evaluate.Epsilon is [var only] ? $" at ε = {only}" : "";

    private static CardFigure Figure(string name, double accuracy, int samples) => accuracy is >= 0 and <= 1
        ? new CardFigure(name, accuracy, Interval.ClopperPearson((int)Math.Round(accuracy * samples), samples))
        : throw new BadInputException($"results.json beside the checkpoint: the accuracy {name} expected from 0 to 1, found {accuracy}; correct or remove the file");
}
