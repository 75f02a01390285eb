using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Runs;

/// <summary>
/// Stages that another run has done with the same settings: their checkpoints are taken over, so that runs which differ in their pruning
/// train one ANN. Everything that comes before a stage counts, the seed and the images too.
/// </summary>
internal static class SharedStages
{
    /// <summary>Groups of settings that only some stages read.</summary>
    private static readonly Stage[] StagesWithSettings = [Stage.Pretrain, Stage.Prune, Stage.FinetuneAnn, Stage.Convert, Stage.FinetuneSnn];

    /// <summary>What an ANN does not have.</summary>
    private static readonly string[] NeuronKeys = ["network.timesteps", "network.leak", "network.reset"];

    /// <summary>Takes the first stages of a run from others, as many as any of them has finished. Stages that are there already stay.</summary>
    /// <param name="folders">Of other runs, whose experiments may differ in anything.</param>
    public static void Take(RunContext context, IEnumerable<string> folders)
    {
        foreach (var folder in folders.Where(folder => File.Exists(RunFolder.ExperimentFile(folder)) && File.Exists(RunFolder.ResultsFile(folder))))
        {
            var other = SettingsReader.ReadFile(RunFolder.ExperimentFile(folder));
            var results = RunResults.Read(RunFolder.ResultsFile(folder));
            if (results.Sessions.Any(session => session.Changes.Count > 0 || session.ExtraImages != context.Data.ExtraDigest))
            {
                // Some of its epochs ran at another learning rate than its settings now say, or with other extra images.
                continue;
            }

            foreach (var stage in Common(context.Settings, other))
            {
                var source = Path.Combine(folder, stage.FileName());
                if (context.Folder.IsFinished(stage))
                {
                    continue;
                }

                if (!File.Exists(source))
                {
                    break;
                }

                // Results first: whoever is stopped between the two takes the stage again, and them with it.
                context.TakeOver(stage, results, HasSameEvaluation(context.Settings, other));
                context.Folder.TakeOver(stage, source);
                context.Observer.Note($"{stage.Name()}: as {folder} has it, with the same settings");
            }
        }
    }

    /// <summary>The stages with which both experiments begin, and which come to the same network in both.</summary>
    private static IEnumerable<Stage> Common(ExperimentSettings first, ExperimentSettings second)
    {
        string[] differing = [.. SettingsTable.Differences(first, second).Select(difference => difference.Path)];
        var done = new List<Stage>();
        foreach (var (stage, other) in first.RunningStages.Zip(second.RunningStages))
        {
            done.Add(stage);
            if (stage != other || differing.Any(key => Matters(key, done)))
            {
                yield break;
            }

            yield return stage;
        }
    }

    /// <summary>Whether a setting may change what these stages come to.</summary>
    private static bool Matters(string key, List<Stage> stages)
    {
        if (key is "name" or "description" or "stages" or "data.test_count" or "energy" || key.StartsWith("evaluate.", StringComparison.Ordinal)
            || key.StartsWith("energy.", StringComparison.Ordinal))
        {
            return false;
        }

        if (stages.TrueForAll(StageNames.IsOfAnn) && NeuronKeys.Contains(key))
        {
            return false;
        }

        return !StagesWithSettings.Any(stage => key.StartsWith($"{stage.Name()}.", StringComparison.Ordinal) && !stages.Contains(stage));
    }

    private static bool HasSameEvaluation(ExperimentSettings first, ExperimentSettings second) =>
        (first.Evaluate with { Stages = null }).Equals(second.Evaluate with { Stages = null })
        && first.Network.Timesteps == second.Network.Timesteps && first.Data.TestCount == second.Data.TestCount;
}
