using System.Diagnostics;
using RobustSnn.Engine.Operations;
using RobustSnn.Engine.Plans.Steps;
using RobustSnn.Engine.Plans;
using RobustSnn.Engine;
using RobustSnn.Experiments.Settings;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.ToSpiking;

namespace RobustSnn.Experiments.Runs;

/// <summary>The final table: every network of the run, clean and attacked, on test images. One row after the other is saved.</summary>
internal sealed class EvaluationStage(RunContext context)
{
    public const string Name = "evaluate";

    /// <summary>Training batches, at most, that BatchNorm's statistics are estimated on where conversion has reset them.</summary>
    private const int EstimationBatches = 50;

    /// <summary>Of this stage's draws: the number after those of <see cref="Stage"/>.</summary>
    private const uint RandomStage = (uint)Stage.FinetuneSnn + 1;

    /// <summary>The rows of the table: what a network is called, and the stage that leaves it.</summary>
    private static readonly (string Network, Stage Stage)[] Networks =
    [
        ("ANN", Stage.Pretrain), ("sparse ANN", Stage.FinetuneAnn), ("SNN as converted", Stage.Convert), ("SNN finetuned", Stage.FinetuneSnn),
    ];

    /// <summary>The rows of networks that are no longer what they were once that stage has run.</summary>
    public static IEnumerable<string> RowsFrom(Stage stage) => Networks.Where(row => row.Stage >= stage).Select(row => row.Network);

    public string Run()
    {
        var timesteps = context.Settings.Network.Timesteps;
        context.Observer.StageStarting(Name,
            $"ε {string.Join(", ", context.Settings.Evaluate.Epsilon)}, {context.Data.Test.Length:N0} test images; {Bytes(timesteps) / 1e6:N0} MB of memory");
        foreach (var (network, stage) in Networks)
        {
            Row(network, stage, stage >= Stage.Convert ? timesteps : 0);
        }

        return $"{context.Rows.Count} networks, {context.Data.Test.Length} test images";
    }

    /// <summary>Of the plans for the SNN: inference, gradients through time, and those of the T = 0 network.</summary>
    private long Bytes(int timesteps)
    {
        using var snn = context.Load(Stage.FinetuneSnn);
        var batch = Math.Min(context.Settings.Evaluate.BatchSize, context.Data.Test.Length);
        return (Plan.Measure(snn, batch, timesteps, PassMode.Inference) + Plan.Measure(snn, batch, timesteps, PassMode.InputGradient)
            + Plan.Measure(snn, batch, 0, PassMode.InputGradient)).Total;
    }

    private void Row(string network, Stage stage, int timesteps)
    {
        if (context.Rows.Any(row => row.Network == network))
        {
            return;
        }

        using var model = context.Load(stage);
        if (RunningStatistics.AreReset(model))
        {
            RunningStatistics.Estimate(model, timesteps,
                RunBatches.Of(context, RandomStage, context.Settings.BatchSize, EstimationBatches), context.Cancellation);
        }

        var settings = context.Settings.Evaluate;
        var batch = Math.Min(settings.BatchSize, context.Data.Test.Length);
        using var evaluation = new Evaluation(model,
            new EvaluationOptions(timesteps, batch, context.Settings.Seed));
        var clock = Stopwatch.StartNew();
        var asked = settings.Attacks.SelectMany(attack => settings.Epsilon.Select(epsilon => (attack.Name, Epsilon: epsilon))).ToArray();
        var attacks = asked.Select(each => new AttackInBudget(AttackCatalogue.Parse(each.Name), each.Epsilon.Value)).ToArray();
        var result = evaluation.Run(new ImageSamples(context.Data.Set.Test, context.Data.Test), attacks,
            new Reporter(progress => Report(network, progress, attacks.Length, clock.Elapsed)), context.Cancellation);
        var (kept, total) = Weights(model);
        context.Add(new RunRow(network, result.Samples, result.CleanAccuracy,
            asked.Zip(result.Attacks).ToDictionary(each => Label(each.First.Name, each.First.Epsilon), each => Figure(each.Second)), kept, total,
            timesteps > 0 ? result.SpikesPerImage : null, result.Warnings));
    }

    private void Report(string network, EvaluationProgress progress, int attacks, TimeSpan elapsed)
    {
        // attacks take turns on each batch, so the time left is that of the images left
        var perSecond = progress.SamplesDone / Math.Max(elapsed.TotalSeconds, 1e-9);
        var left = attacks == 0 ? 0 : (progress.Samples - progress.SamplesDone) / Math.Max(perSecond, 1e-9);
        context.Observer.Progress(new StageProgress(Name, 0, 0, progress.SamplesDone, progress.Samples, perSecond, TimeSpan.FromSeconds(left),
            $"{network}: {progress.Attack} {(double)progress.Correct / progress.SamplesDone:P1}"));
    }

    /// <summary>An attack's column: its name, and its radius where there are several.</summary>
    private string Label(string attack, AttackBudget epsilon) =>
        context.Settings.Evaluate.Epsilon.Count == 1 ? attack : $"{attack} {epsilon}";

    /// <summary>A figure that says nothing is none.</summary>
    /// <exception cref="BadInputException">A member followed gradients that are no finite numbers.</exception>
    private static double Figure(AttackResult result) => !result.IsVoid
        ? result.Accuracy
        : throw new BadInputException(
            $"{result.Attack}: input gradients hold values that are no finite numbers, so that the attack could not follow them and its figure "
            + "would say nothing. Train with a lower learning rate, or with other thresholds");

    /// <summary>Prunable weights that exist, and all.</summary>
    private static (long Kept, long Total) Weights(SpikingModel model)
    {
        var weights = model.Parameters.All.Where(parameter => parameter.Specification.Prunable).ToArray();
        return (weights.Sum(parameter => parameter.Value.Length), weights.Sum(parameter => (long)parameter.Specification.Count));
    }

    /// <summary>Reports on the calling thread: Progress would post them to others, out of order.</summary>
    private sealed class Reporter(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
