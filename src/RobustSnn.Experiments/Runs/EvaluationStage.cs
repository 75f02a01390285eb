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

    /// <summary>Training images on which BatchNorm's statistics are estimated where conversion has reset them.</summary>
    public static IReadOnlyList<float[]> EstimationImages(RunContext context) =>
        RunBatches.Of(context, RandomStage, context.Settings.BatchSize, EstimationBatches);

    public string Run()
    {
        var networks = new EvaluatedNetworks(context.Settings).Rows.ToArray();
        var bytes = networks.Length > 0 ? Bytes(networks[^1].Stage) : 0;
        context.Observer.StageStarting(Name,
            $"ε {string.Join(", ", context.Settings.Evaluate.Epsilon)}, {context.Data.Test.Length:N0} test images; {bytes / 1e6:N0} MB of memory");
        foreach (var (network, stage) in networks)
        {
            Row(network, stage, Timesteps(stage));
        }

        return $"{context.Rows.Count} networks, {context.Data.Test.Length} test images";
    }

    private int Timesteps(Stage stage) => stage.IsOfAnn() ? 0 : context.Settings.Network.Timesteps;

    /// <summary>Of the plans for a network: inference, gradients, and for an SNN those of its T = 0 network too.</summary>
    private long Bytes(Stage stage)
    {
        using var model = context.Left(stage);
        var batch = Math.Min(context.Settings.Evaluate.BatchSize, context.Data.Test.Length);
        var bytes = Plan.Measure(model, batch, Timesteps(stage), PassMode.Inference) + Plan.Measure(model, batch, 0, PassMode.InputGradient);
        return (stage.IsOfAnn() ? bytes : bytes + Plan.Measure(model, batch, Timesteps(stage), PassMode.InputGradient)).Total;
    }

    private void Row(string network, Stage stage, int timesteps)
    {
        if (context.Rows.Any(row => row.Network == network))
        {
            return;
        }

        using var model = context.Left(stage);
        if (RunningStatistics.AreReset(model))
        {
            RunningStatistics.Estimate(model, timesteps, EstimationImages(context), context.Cancellation);
        }

        var settings = context.Settings.Evaluate;
        var batch = Math.Min(settings.BatchSize, context.Data.Test.Length);
        using var evaluation = new Evaluation(model,
            new EvaluationOptions(timesteps, batch, context.Settings.Seed));
        var clock = Stopwatch.StartNew();
        var asked = settings.Attacks.SelectMany(attack => settings.Epsilon.Select(epsilon => (attack.Name, Epsilon: epsilon))).ToArray();
        var attacks = asked.Select(each => new AttackInBudget(AttackCatalogue.Parse(each.Name), each.Epsilon.Value)).ToArray();
        var samples = new ImageSamples(context.Data.Set.Test, context.Data.Test);
        var broken = new BrokenImages();
        var result = evaluation.Run(
            samples, attacks, new Reporter(progress => Report(network, progress, clock.Elapsed)), context.Cancellation, broken);
        broken.Write(context.Folder.BrokenImages(stage), context.Data.Set, samples, model, timesteps);
        var layers = LayerShare.Of(model);
        context.Add(new RunRow(network, result.Samples, result.CleanAccuracy,
            asked.Zip(result.Attacks).ToDictionary(each => Label(each.First.Name, each.First.Epsilon), each => Figure(each.Second)), layers.Sum(layer => layer.Kept),
            layers.Sum(layer => layer.Total),
            timesteps > 0 ? result.SpikesPerImage : null, result.Warnings)
        {
            Members =
            [
                .. asked.Zip(result.Attacks).SelectMany(each => each.Second.Members.Select(member => new MemberFigure(
                    Label(each.First.Name, each.First.Epsilon), member.Attack, member.Estimator, member.Outcome.Attacked, member.Outcome.Correct))),
            ],
            Activity = result.Layers,
        });
    }

    private void Report(string network, EvaluationProgress progress, TimeSpan elapsed)
    {
        var perSecond = progress.SamplesDone / Math.Max(elapsed.TotalSeconds, 1e-9);
        var left = progress.Share > 0 ? elapsed * ((1 - progress.Share) / progress.Share) : TimeSpan.Zero;
        context.Observer.Progress(new StageProgress(Name, 0, 0, progress.SamplesDone, progress.Samples, perSecond, left,
            $"{network}: {progress.Attack} {(double)progress.Correct / context.Data.Test.Length:P1}"));
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
}
