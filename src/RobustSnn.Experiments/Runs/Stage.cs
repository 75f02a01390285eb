namespace RobustSnn.Experiments.Runs;

/// <summary>The stages of an experiment that leave a network, in their order.</summary>
public enum Stage
{
    Pretrain,
    Prune,
    FinetuneAnn,
    Convert,
    FinetuneSnn,
}

/// <summary>Stages as people know them.</summary>
public static class StageNames
{
    /// <summary>The key of the stage's settings in an experiment file.</summary>
    public static string Name(this Stage stage) => stage switch
    {
        Stage.Pretrain => "pretrain",
        Stage.Prune => "prune",
        Stage.FinetuneAnn => "finetune_ann",
        Stage.Convert => "convert",
        Stage.FinetuneSnn => "finetune_snn",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    };
}
