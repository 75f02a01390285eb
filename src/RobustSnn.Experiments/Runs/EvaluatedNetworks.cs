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

    /// <summary>Which stage left the network of a row, whatever the experiment calls it; null for no row's name.</summary>
    public static Stage? StageOf(string network) => network switch
    {
        Ann => Stage.Pretrain,
        PrunedAnn => Stage.Prune,
        SparseAnn or FinetunedAnn => Stage.FinetuneAnn,
        Converted => Stage.Convert,
        FinetunedSnn or EndToEnd => Stage.FinetuneSnn,
        Redrawn => Stage.Redraw,
        _ => null,
    };

    private const string Ann = "ANN";
    private const string PrunedAnn = "pruned ANN";
    private const string SparseAnn = "sparse ANN";
    private const string FinetunedAnn = "ANN finetuned";
    private const string Converted = "SNN as converted";
    private const string FinetunedSnn = "SNN finetuned";
    private const string EndToEnd = "SNN end to end";
    private const string Redrawn = "ANN redrawn";

    private bool Prunes => settings.Prune.Sparsity > 0;

    private int IndexOf(Stage stage) => stages.ToList().IndexOf(stage);

    private bool IsBefore(Stage first, Stage second) => IndexOf(first) >= 0 && IndexOf(first) < IndexOf(second);

    /// <summary>Whether the network that a stage goes on from was trained, here or before the run began, and not drawn anew since.</summary>
    private bool IsTrainedBefore(Stage stage) => stages.TakeWhile(each => each != stage).Aggregate(settings.Start is not null, (trained, each) => each switch
    {
        Stage.Pretrain or Stage.FinetuneAnn => true,
        Stage.Redraw => false,
        _ => trained,
    });

    private bool IsEvaluated(Stage stage) => settings.Evaluate.Stages is { } asked ? asked.Contains(stage) : stage switch
    {
        // What finetuning leaves takes the pruned network's place.
        Stage.Prune => Prunes && IsTrainedBefore(stage) && !IsBefore(stage, Stage.FinetuneAnn) && !IsBefore(stage, Stage.Redraw),
        Stage.Redraw => false,
        Stage.Convert => IsTrainedBefore(stage),
        _ => true,
    };

    private string Name(Stage stage) => stage switch
    {
        Stage.Pretrain => Ann,
        Stage.Prune => PrunedAnn,
        Stage.FinetuneAnn => Prunes && IsBefore(Stage.Prune, stage) ? SparseAnn : FinetunedAnn,
        Stage.Convert => Converted,
        Stage.FinetuneSnn => IsTrainedBefore(Stage.FinetuneSnn) ? FinetunedSnn : EndToEnd,
        Stage.Redraw => Redrawn,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no such stage"),
    };
}
