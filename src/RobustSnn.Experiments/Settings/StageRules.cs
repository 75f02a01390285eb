namespace RobustSnn.Experiments.Settings;

/// <summary>Which stages may follow which, and what each needs.</summary>
internal static class StageRules
{
    /// <summary>Every rule that the experiment's stages break: the key to blame and why.</summary>
    public static IEnumerable<(string Path, string Problem)> Broken(ExperimentSettings settings)
    {
        const string Key = "stages";
        var stages = settings.Stages ?? StageNames.PapersOrder;
        if (stages.Count == 0)
        {
            yield return (Key, "expected a stage, found none");
            yield break;
        }

        if (stages.Contains(Stage.Pretrain) && stages[0] != Stage.Pretrain)
        {
            yield return (Key, $"expected pretrain, which begins with a new network, before {stages[0].Name()}, found it after");
        }

        foreach (var (before, stage) in stages.Zip(stages.Skip(1)))
        {
            if (!before.IsOfAnn() && stage != Stage.FinetuneSnn)
            {
                yield return (Key, $"expected {stage.Name()}, which works on an ANN, before convert, found it after {before.Name()}");
            }
        }

        var first = settings.Start?.At ?? stages[0];
        if (settings.Start is { } start && !stages.Contains(start.At))
        {
            yield return ("start.at", $"expected one of the experiment's stages, {string.Join(", ", stages.Select(StageNames.Name))}, found {start.At.Name()}");
        }
        else if (settings.Start is { At: Stage.Pretrain })
        {
            yield return ("start.at", "expected a stage that goes on from a network, found pretrain, which begins with a new one; finetune_ann trains on");
        }

        var spiking = stages.ToList().IndexOf(Stage.FinetuneSnn);
        if (spiking >= 0 && settings.Start?.At != Stage.FinetuneSnn && (spiking == 0 || stages[spiking - 1].IsOfAnn()))
        {
            yield return (Key, "expected convert before finetune_snn, found none; or give the SNN to train by start.from");
        }

        foreach (var stage in settings.Evaluate.Stages ?? [])
        {
            if (!stages.SkipWhile(each => each != first).Contains(stage))
            {
                yield return ("evaluate.stages", $"expected stages that the experiment runs, found {stage.Name()}");
            }
        }
    }
}
