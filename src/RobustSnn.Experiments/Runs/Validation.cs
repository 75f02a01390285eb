using RobustSnn.Engine.Operations;
using RobustSnn.Engine;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Experiments.Runs;

/// <summary>Accuracy on images held out of training, on which the best epoch is chosen: clean, and under FGSM for a robust objective.</summary>
internal sealed class Validation : IDisposable
{
    private readonly Evaluation evaluation;
    private readonly ImageSamples samples;
    private readonly IReadOnlyList<AttackInBudget> attacks;

    private Validation(Evaluation evaluation, ImageSamples samples, IReadOnlyList<AttackInBudget> attacks)
    {
        this.evaluation = evaluation;
        this.samples = samples;
        this.attacks = attacks;
    }

    /// <summary>Null where no images are held out.</summary>
    public static Validation? For(RunContext context, SpikingModel model, TrainingRecipe recipe)
    {
        var data = context.Data;
        if (data.Validation.Length == 0)
        {
            return null;
        }

        var batch = Math.Min(context.Settings.BatchSize, data.Validation.Length);
        var options = new EvaluationOptions(recipe.Timesteps, batch, context.Settings.Seed);
        return new Validation(new Evaluation(model, options), new ImageSamples(data.Set.Train, data.Validation),
            recipe.Adversary is { } adversary ? [new AttackInBudget(AttackCatalogue.Parse("fgsm"), adversary.Budget)] : []);
    }

    public (double? Clean, double? Robust) Run(CancellationToken cancellation)
    {
        var result = evaluation.Run(samples, attacks, null, cancellation);
        return (result.CleanAccuracy, result.Attacks.Count > 0 ? result.Attacks[0].Accuracy : result.CleanAccuracy);
    }

    public void Dispose() => evaluation.Dispose();
}
