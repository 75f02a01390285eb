using System.Diagnostics;
using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness;

namespace RobustSnn.Experiments.Runs;

/// <summary>The final table: every network of the run, clean and attacked, on test images. One row after the other is saved.</summary>
internal sealed class EvaluationStage(RunContext context)
{
    private const string Name = "evaluate";

    /// <summary>Batches that BatchNorm's statistics of the network as converted are estimated on.</summary>
    private const int EstimationBatches = 50;

    public string Run()
    {
        var timesteps = context.Settings.Network.Timesteps;
        Row("ANN", Stage.Pretrain, 0);
        Row("sparse ANN", Stage.FinetuneAnn, 0);
        Row("SNN as converted", Stage.Convert, timesteps);
        Row("SNN finetuned", Stage.FinetuneSnn, timesteps);
        return $"{context.Rows.Count} networks, {context.Data.Test.Length} test images";
    }

    private void Row(string network, Stage stage, int timesteps)
    {
        if (context.Rows.Any(row => row.Network == network))
        {
            return;
        }

        using var model = context.Load(stage);
        if (stage == Stage.Convert)
        {
            // conversion resets the running statistics (METHODS 6, step 4); without any the network could not be evaluated at all
            RunningStatistics.Estimate(model, timesteps, TrainingBatches(Math.Min(EstimationBatches, MostBatches)));
        }

        var settings = context.Settings.Evaluate;
        var batch = Math.Min(settings.BatchSize, context.Data.Test.Length);
        using var evaluation = new Evaluation(model,
            new EvaluationOptions(timesteps, batch, (float)settings.Epsilon.Value, context.Settings.Seed));
        var clock = Stopwatch.StartNew();
        var attacks = settings.Attacks.Select(attack => AttackCatalogue.Parse(AttackName(attack, settings.PgdSteps))).ToArray();
        var result = evaluation.Run(new ImageSamples(context.Data.Set.Test, context.Data.Test), attacks,
            new Reporter(progress => Report(network, progress, attacks.Length, clock.Elapsed)), context.Cancellation);
        var (kept, total) = Weights(model);
        context.Add(new RunRow(network, result.Samples, result.CleanAccuracy,
            result.Attacks.ToDictionary(attack => attack.Attack, attack => attack.Accuracy), kept, total,
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

    private int MostBatches => Math.Max(1, context.Data.Training.Length / context.Settings.BatchSize);

    private IReadOnlyList<float[]> TrainingBatches(int count) => RunBatches.Of(context, context.Settings.BatchSize, count);

    private static string AttackName(EvaluationAttack attack, int pgdSteps) => attack switch
    {
        EvaluationAttack.Fgsm => "fgsm",
        EvaluationAttack.Pgd => $"pgd{pgdSteps}",
        EvaluationAttack.FgsmEns => "fgsm_ens",
        EvaluationAttack.PgdEns => $"pgd{pgdSteps}_ens",
        _ => throw new ArgumentOutOfRangeException(nameof(attack), attack, "not an attack"),
    };

    /// <summary>Prunable weights that are not zero, and all.</summary>
    private static (long Kept, long Total) Weights(SpikingModel model)
    {
        var (kept, total) = (0L, 0L);
        foreach (var parameter in model.Parameters.All.Where(parameter => parameter.Specification.Prunable))
        {
            var values = parameter.Value.ToArray();
            total += values.Length;
            kept += values.Count(value => value != 0);
        }

        return (kept, total);
    }

    /// <summary>Reports on the calling thread: Progress would post them to others, out of order.</summary>
    private sealed class Reporter(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
