namespace RobustSnn.Experiments.Files;

/// <summary>The stages of an experiment that leave a network, in their order.</summary>
public enum Stage
{
    Pretrain,
    Prune,
    FinetuneAnn,
    Convert,
    FinetuneSnn,
}
