using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a training stage minimises, against whom, and how fast.</summary>
internal sealed record TrainingRecipe(
    int Timesteps, TrainingObjective Objective, Adversary? Adversary, IOptimiserSettings Optimiser, string Description)
{
    /// <summary>METHODS 4.</summary>
    public static TrainingRecipe For(AnnTrainingSettings settings)
    {
        var epsilon = (float)settings.Epsilon.Value;
        return settings.Objective switch
        {
            AnnObjective.Natural => new(0, TrainingObjective.Natural, null, settings, "natural"),
            AnnObjective.At => new(0, TrainingObjective.Adversarial, Against(new Pgd(new PgdOptions(settings.AttackSteps)), epsilon), settings,
                $"adversarial training, PGD-{settings.AttackSteps}, ε {settings.Epsilon}"),
            AnnObjective.Trades => new(0, TrainingObjective.Trades((float)settings.Beta), Against(Pgd.Trades(settings.AttackSteps), epsilon),
                settings, $"TRADES β {settings.Beta}, PGD-{settings.AttackSteps}, ε {settings.Epsilon}"),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Objective, "not an objective"),
        };
    }

    /// <summary>METHODS 7.</summary>
    public static TrainingRecipe For(SnnTrainingSettings settings, int timesteps)
    {
        var share = settings.Epsilon.Value > 0 ? (float)(settings.RandomStep.Value / settings.Epsilon.Value) : 0;
        return settings.Objective switch
        {
            SnnObjective.Natural => new(timesteps, TrainingObjective.Natural, null, settings, $"natural, T {timesteps}"),
            SnnObjective.Trades => new(timesteps, TrainingObjective.Trades((float)settings.Beta),
                Against(new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler, share)), (float)settings.Epsilon.Value), settings,
                $"TRADES β {settings.Beta}, RFGSM, ε {settings.Epsilon}, T {timesteps}"),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Objective, "not an objective"),
        };
    }

    private static Adversary Against(IAttack attack, float epsilon) => new(attack, Budget.Pixels(epsilon), GradientEstimator.Default);
}
