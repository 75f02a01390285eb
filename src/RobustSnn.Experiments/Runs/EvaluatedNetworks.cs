using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Runs;

/// <summary>The rows of the final table: which stages' networks are evaluated, and what they are called.</summary>
internal sealed class EvaluatedNetworks(ExperimentSettings settings)
{
    private readonly IReadOnlyList<Stage> stages = settings.RunningStages;

    /// <summary>In the order of the stages.</summary>
    public IEnumerable<(string Network, Stage Stage)> Rows => stages.Where(IsEvaluated).Select(stage => (Name(stage), stage));

    /// <summary>The rows of networks that are no longer what they were once that stage has run.</summary>
    public IEnumerable<string> From(Stage stage) => Rows.Where(row => IndexOf(row.Stage) >= IndexOf(stage)).Select(row => row.Network);

    private bool HasTrainedAnn => settings.Start is not null || stages.Contains(Stage.Pretrain);

    private int IndexOf(Stage stage) => stages.ToList().IndexOf(stage);

    private bool IsEvaluated(Stage stage) => settings.Evaluate.Stages is { } asked ? asked.Contains(stage) : stage switch
    {
        // What finetuning leaves takes the pruned network's place.
        Stage.Prune => HasTrainedAnn && !stages.Contains(Stage.FinetuneAnn) && !stages.Contains(Stage.Redraw),
        Stage.Redraw => false,
        Stage.Convert => (HasTrainedAnn || stages.Contains(Stage.FinetuneAnn)) && !stages.Contains(Stage.Redraw),
        _ => true,
    };

    private string Name(Stage stage) => stage switch
    {
        Stage.Pretrain => "ANN",
        Stage.Prune => "pruned ANN",
        Stage.FinetuneAnn => stages.Contains(Stage.Prune) && settings.Prune.Sparsity > 0 ? "sparse ANN" : "ANN finetuned",
        Stage.Convert => "SNN as converted",
        Stage.FinetuneSnn => stages.Contains(Stage.Redraw) || !(HasTrainedAnn || stages.Contains(Stage.FinetuneAnn))
            ? "SNN end to end"
            : "SNN finetuned",
        Stage.Redraw => "ANN redrawn",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    };
}
