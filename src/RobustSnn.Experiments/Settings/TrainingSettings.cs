namespace RobustSnn.Experiments.Settings;

/// <summary>What an ANN is trained for (METHODS 4).</summary>
public enum AnnObjective
{
    Natural,

    /// <summary>Standard adversarial training.</summary>
    At,
    Trades,
}

/// <summary>What an SNN is finetuned for (METHODS 7).</summary>
public enum SnnObjective
{
    Natural,
    Trades,
}

/// <summary>How the learning rate falls.</summary>
public enum Schedule
{
    Cosine,
    Constant,
}

/// <summary>What both kinds of training tell the optimiser: stochastic gradient descent.</summary>
public interface IOptimiserSettings
{
    /// <summary>Passes over the training images; 0 leaves the network as it is.</summary>
    int Epochs { get; }

    /// <summary>Learning rate of the first epoch.</summary>
    double LearningRate { get; }

    /// <summary>How the learning rate falls from epoch to epoch.</summary>
    Schedule Schedule { get; }

    /// <summary>Momentum, from 0 to below 1.</summary>
    double Momentum { get; }

    /// <summary>Weight decay (L2) a step.</summary>
    double WeightDecay { get; }
}

/// <summary>Training of an ANN (METHODS 4). A natural objective reads neither beta, epsilon nor attack_steps.</summary>
public sealed record AnnTrainingSettings(
    [Setting("What is trained for")] AnnObjective Objective,
    [Setting("Weight of TRADES' robust term", Minimum = 0)] double Beta,
    [Setting("Radius of the adversary in pixel units")] PixelFraction Epsilon,
    [Setting("Steps of the adversary (PGD)", Minimum = 1)] int AttackSteps,
    [Setting("Passes over the training images; 0 skips the stage", Minimum = 0)] int Epochs,
    [Setting("Learning rate of the first epoch", Minimum = 0, AboveMinimum = true)] double LearningRate,
    [Setting("How the learning rate falls")] Schedule Schedule,
    [Setting("Momentum", Minimum = 0, Maximum = 1, BelowMaximum = true)] double Momentum,
    [Setting("Weight decay", Minimum = 0)] double WeightDecay) : IOptimiserSettings;

/// <summary>Finetuning of an SNN (METHODS 7). A natural objective reads neither beta, epsilon nor random_step.</summary>
public sealed record SnnTrainingSettings(
    [Setting("What is trained for")] SnnObjective Objective,
    [Setting("Weight of TRADES' robust term", Minimum = 0)] double Beta,
    [Setting("Radius of the adversary (RFGSM) in pixel units")] PixelFraction Epsilon,
    [Setting("Random step α of the adversary in pixel units, at most epsilon")] PixelFraction RandomStep,
    [Setting("Passes over the training images; 0 skips the stage", Minimum = 0)] int Epochs,
    [Setting("Learning rate of the first epoch", Minimum = 0, AboveMinimum = true)] double LearningRate,
    [Setting("How the learning rate falls")] Schedule Schedule,
    [Setting("Momentum", Minimum = 0, Maximum = 1, BelowMaximum = true)] double Momentum,
    [Setting("Weight decay", Minimum = 0)] double WeightDecay) : IOptimiserSettings;
