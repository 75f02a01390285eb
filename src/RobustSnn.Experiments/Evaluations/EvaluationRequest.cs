using RobustSnn.Engine;
using RobustSnn.Experiments.Data;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Shards;
using RobustSnn.FixedPoint;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;

namespace RobustSnn.Experiments.Evaluations;

/// <summary>What is to be evaluated, on which images, and with what.</summary>
/// <param name="Checkpoint">The network's file: its hash is in ledgers.</param>
/// <param name="Model">The network; where one in integers decides, the one that it came from, of which the gradients are.</param>
/// <param name="Data">The data set that the images are test images of.</param>
/// <param name="Images">All that are asked for, before a shard is taken of them.</param>
/// <param name="Attacks">In order.</param>
/// <param name="Options">How.</param>
public sealed record EvaluationRequest(
    string Checkpoint, SpikingModel Model, DataSet Data, ImageSamples Images, IReadOnlyList<AttackInBudget> Attacks, EvaluationOptions Options)
{
    /// <summary>The network in integers that decides; null where the model does.</summary>
    public DeployedInteger? FixedPoint { get; init; }

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

/// <summary>A network in integers that is evaluated.</summary>
/// <param name="Bits">To which the model's weights were rounded, each to the nearest; null where the checkpoint is the network in integers itself.</param>
/// <param name="Threads">For its verdicts; 0 for one a core.</param>
public sealed record DeployedInteger(FixedPointNetwork Network, int? Bits, int Threads);

/// <summary>A network to transfer attacks from.</summary>
/// <param name="Name">Behind an attack's name: <c>pgd10@ann</c>.</param>
/// <param name="Checkpoint">Its file.</param>
/// <param name="Timesteps">T; 0 for an ANN.</param>
public sealed record AttackOrigin(string Name, string Checkpoint, SpikingModel Model, int Timesteps);
