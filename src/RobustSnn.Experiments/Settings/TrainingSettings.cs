namespace RobustSnn.Experiments.Settings;

/// <summary>What a network is trained for (METHODS 4, 7).</summary>
public enum Objective
{
    Natural,

    /// <summary>Standard adversarial training.</summary>
    At,
    Trades,
    Mart,
}

/// <summary>How the learning rate falls.</summary>
public enum Schedule
{
    Cosine,
    Constant,
}

/// <summary>What both kinds of training have: an objective, and stochastic gradient descent.</summary>
public interface ITrainingSettings
{
    /// <summary>What is trained for.</summary>
    Objective Objective { get; }

    /// <summary>The share of each batch that adversarial training leaves as it is.</summary>
    double CleanShare { get; }

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
    [Setting("What is trained for")] Objective Objective,
    [Setting("Weight of the robust term of trades and mart", Minimum = 0)] double Beta,
    [Setting("Radius of the adversary in pixel units")] PixelFraction Epsilon,
    [Setting("Steps of the adversary (PGD)", Minimum = 1)] int AttackSteps,
    [Setting("Passes over the training images; 0 skips the stage", Minimum = 0)] int Epochs,
    [Setting("Learning rate of the first epoch", Minimum = 0, AboveMinimum = true)] double LearningRate,
    [Setting("How the learning rate falls")] Schedule Schedule,
    [Setting("Momentum", Minimum = 0, Maximum = 1, BelowMaximum = true)] double Momentum,
    [Setting("Weight decay", Minimum = 0)] double WeightDecay,
    [Setting("at: share of each batch that is trained on as it is, not attacked", Minimum = 0, Maximum = 1, BelowMaximum = true)]
    double CleanShare = 0) : ITrainingSettings;

/// <summary>Finetuning of an SNN (METHODS 7). A natural objective reads neither beta, epsilon nor random_step.</summary>
public sealed record SnnTrainingSettings(
    [Setting("What is trained for")] Objective Objective,
    [Setting("Weight of the robust term of trades and mart", Minimum = 0)] double Beta,
    [Setting("Radius of the adversary (RFGSM) in pixel units")] PixelFraction Epsilon,
    [Setting("Random step α of the adversary in pixel units, at most epsilon")] PixelFraction RandomStep,
    [Setting("Passes over the training images; 0 skips the stage", Minimum = 0)] int Epochs,
    [Setting("Learning rate of the first epoch", Minimum = 0, AboveMinimum = true)] double LearningRate,
    [Setting("How the learning rate falls")] Schedule Schedule,
    [Setting("Momentum", Minimum = 0, Maximum = 1, BelowMaximum = true)] double Momentum,
    [Setting("Weight decay", Minimum = 0)] double WeightDecay,
    [Setting("at: share of each batch that is trained on as it is, not attacked", Minimum = 0, Maximum = 1, BelowMaximum = true)]
    double CleanShare = 0) : ITrainingSettings;
