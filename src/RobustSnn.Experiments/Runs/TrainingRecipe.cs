using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Settings;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Estimators;
using RobustSnn.Robustness.Training;

namespace RobustSnn.Experiments.Runs;

/// <summary>What a training stage minimises, against whom, and how fast.</summary>
internal sealed record TrainingRecipe(
    int Timesteps, TrainingObjective Objective, Adversary? Adversary, ITrainingSettings Optimiser, string Description)
{
    /// <summary>METHODS 4.</summary>
    public static TrainingRecipe For(AnnTrainingSettings settings)
    {
        IAttack? attack = settings.Objective switch
        {
            Settings.Objective.Natural => null,
            Settings.Objective.At => new Pgd(new PgdOptions(settings.AttackSteps)),
            Settings.Objective.Trades => Pgd.Trades(settings.AttackSteps),
            Settings.Objective.Mart => Pgd.Mart(settings.AttackSteps),
            _ => throw NotAnObjective(settings.Objective),
        };
        return Of(0, settings, settings.Beta, settings.Epsilon, attack, $"PGD-{settings.AttackSteps}");
    }

    /// <summary>METHODS 7.</summary>
    public static TrainingRecipe For(SnnTrainingSettings settings, int timesteps)
    {
        var share = settings.Epsilon.Value > 0 ? (float)(settings.RandomStep.Value / settings.Epsilon.Value) : 0;
        IAttack? attack = settings.Objective switch
        {
            Settings.Objective.Natural => null,
            Settings.Objective.At or Settings.Objective.Mart => new Rfgsm(new RfgsmOptions(LogitLoss.CrossEntropy, share)),
            Settings.Objective.Trades => new Rfgsm(new RfgsmOptions(LogitLoss.KullbackLeibler, share)),
            _ => throw NotAnObjective(settings.Objective),
        };
        return Of(timesteps, settings, settings.Beta, settings.Epsilon, attack, "RFGSM");
    }

    private static TrainingRecipe Of(
        int timesteps, ITrainingSettings settings, double beta, PixelFraction epsilon, IAttack? attack, string attackName)
    {
        var (objective, name) = settings.Objective switch
        {
            Settings.Objective.Natural => (TrainingObjective.Natural, "natural"),
            Settings.Objective.At => (TrainingObjective.Adversarial, "adversarial training"),
            Settings.Objective.Trades => (TrainingObjective.Trades((float)beta), $"TRADES β {beta}"),
            Settings.Objective.Mart => (TrainingObjective.Mart((float)beta), $"MART β {beta}"),
            _ => throw NotAnObjective(settings.Objective),
        };
        Adversary? adversary = attack is null ? null : new Adversary(attack, Budget.Pixels((float)epsilon.Value), GradientEstimator.Default);
        var against = attack is null ? "" : $", {attackName}, ε {epsilon}";
        var mixed = settings.CleanShare > 0 ? $", {settings.CleanShare:P0} of each batch clean" : "";
        return new TrainingRecipe(timesteps, objective, adversary, settings, name + against + mixed + (timesteps > 0 ? $", T {timesteps}" : ""));
    }

    private static ArgumentOutOfRangeException NotAnObjective(Objective objective) => new(nameof(objective), objective, "not an objective");
}
