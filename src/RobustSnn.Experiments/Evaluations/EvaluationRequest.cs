using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>What is to be evaluated, on which images, and with what.</summary>
/// <param name="Checkpoint">The network's file: its hash is in ledgers.</param>
/// <param name="Model">The network.</param>
/// <param name="Data">The data set that the images are test images of.</param>
/// <param name="Images">All that are asked for, before a shard is taken of them.</param>
/// <param name="Attacks">In order.</param>
/// <param name="Options">How.</param>
public sealed record EvaluationRequest(
    string Checkpoint, SpikingModel Model, DataSet Data, ImageSamples Images, IReadOnlyList<AttackInBudget> Attacks, EvaluationOptions Options)
{
    /// <summary>Networks to transfer attacks from.</summary>
    public IReadOnlyList<AttackOrigin> Origins { get; init; } = [];

    /// <summary>Where the ledger is written; null for none.</summary>
    public string? Ledger { get; init; }

    /// <summary>Whether that ledger is there already and is gone on with.</summary>
    public bool Resumes { get; init; }

    /// <summary>The part of the images that is evaluated; null for all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>A folder for adversarial images; null for none.</summary>
    public string? ImagesFolder { get; init; }
}

/// <summary>A network to transfer attacks from.</summary>
/// <param name="Name">Behind an attack's name: <c>pgd10@ann</c>.</param>
/// <param name="Checkpoint">Its file.</param>
/// <param name="Timesteps">T; 0 for an ANN.</param>
public sealed record AttackOrigin(string Name, string Checkpoint, SpikingModel Model, int Timesteps);
