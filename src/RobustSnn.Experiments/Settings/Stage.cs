namespace RobustSnn.Experiments.Settings;

/// <summary>The stages of an experiment that leave a network. Their numbers are those of their random draws, 5 is that of the evaluation.</summary>
public enum Stage
{
    /// <summary>Training of the ANN (METHODS 4).</summary>
    Pretrain = 0,

    /// <summary>Fewer weights (METHODS 5).</summary>
    Prune = 1,

    /// <summary>Training of an ANN further (METHODS 5).</summary>
    FinetuneAnn = 2,

    /// <summary>From the ANN to an SNN (METHODS 6).</summary>
    Convert = 3,

    /// <summary>Training of the SNN (METHODS 7).</summary>
    FinetuneSnn = 4,

    /// <summary>
    /// Other random weights where there are weights, and everything else as at first: of the network before, only the mask is left, as the
    /// baseline with an ANN's mask needs it (METHODS 5).
    /// </summary>
    Redraw = 6,
}

/// <summary>Stages as people know them.</summary>
public static class StageNames
{
    /// <summary>The papers' order (METHODS 4 to 7): what an experiment does that names no stages.</summary>
    public static ValueList<Stage> PapersOrder { get; } = [Stage.Pretrain, Stage.Prune, Stage.FinetuneAnn, Stage.Convert, Stage.FinetuneSnn];

    /// <summary>As experiment files write it: the key of the stage's settings, where it has some.</summary>
    public static string Name(this Stage stage) => SettingName.Of(stage.ToString());

    /// <summary>Where a run's folder has the network that the stage left.</summary>
    public static string FileName(this Stage stage) => stage switch
    {
        Stage.Pretrain => "pretrained.safetensors",
        Stage.Prune => "pruned.safetensors",
        Stage.FinetuneAnn => "finetuned-ann.safetensors",
        Stage.Convert => "converted.safetensors",
        Stage.FinetuneSnn => "finetuned-snn.safetensors",
        Stage.Redraw => "redrawn.safetensors",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    };

    /// <summary>The key of the stage's learning rate; null where it trains nothing.</summary>
    public static string? LearningRateKey(this Stage stage) => stage switch
    {
        Stage.Pretrain or Stage.FinetuneAnn or Stage.FinetuneSnn => $"{stage.Name()}.learning_rate",
        Stage.Prune => "prune.training.learning_rate",
        _ => null,
    };

    /// <summary>Whether the stage works on an ANN, and leaves one.</summary>
    public static bool IsOfAnn(this Stage stage) => stage is not (Stage.Convert or Stage.FinetuneSnn);
}
