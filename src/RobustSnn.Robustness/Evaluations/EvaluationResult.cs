using RobustSnn.Engine.Operations;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Robustness.Evaluations;

/// <summary>Over how many of the samples, and how.</summary>
/// <param name="Timesteps">T; 0 for an ANN.</param>
/// <param name="Batch">Samples in flight at once. No draw depends on it.</param>
/// <param name="StopsEarly">
/// Whether a sample counts as broken as soon as any image that an attack makes on its way fools the network; otherwise every attack takes all its
/// steps, and what it ends in counts, as in the papers.
/// </param>
public readonly record struct EvaluationOptions(int Timesteps, int Batch, ulong Seed, bool StopsEarly = false);

/// <summary>How far an evaluation is: after about every batch of findings.</summary>
/// <param name="Attack">The attack that is under way.</param>
/// <param name="SamplesDone">Samples that its present member has done with.</param>
/// <param name="Samples">Samples that this member has to attack.</param>
/// <param name="Correct">Samples that the attack has not broken so far.</param>
/// <param name="Share">Of the whole evaluation's work, from 0 to 1, as far as that is known.</param>
public readonly record struct EvaluationProgress(string Attack, int SamplesDone, int Samples, int Correct, double Share);

/// <summary>A member's part in an attack, over the whole data set.</summary>
public sealed record MemberResult(string Attack, string Estimator, MemberOutcome Outcome);

/// <summary>Accuracy under an attack.</summary>
/// <param name="Correct">Samples classified correctly on the clean image and after every member.</param>
/// <param name="Accuracy95">95 % Clopper-Pearson interval of Correct/Samples.</param>
public sealed record AttackResult(
    string Attack, Budget Budget, int Correct, int Samples, Interval Accuracy95, IReadOnlyList<MemberResult> Members)
{
    /// <summary>
    /// Whether the figure says nothing: logits of clean images were no numbers, or gradients that some member followed or logits that it met
    /// were none.
    /// </summary>
    public bool IsVoid => HasCleanWithoutClass || Members.Any(member => member.Outcome.IsVoid);

    /// <summary>Whether logits of clean images were no numbers.</summary>
    public bool HasCleanWithoutClass { get; init; }

    /// <summary>From 0 to 1; NaN where the figure is void.</summary>
    public double Accuracy => IsVoid ? double.NaN : (double)Correct / Samples;
}

/// <summary>Activity of a neuron layer on clean images.</summary>
/// <param name="SpikesPerImage">Over all steps and neurons.</param>
/// <param name="SpikeRate">Spikes a neuron and step: from 0 to 1.</param>
public sealed record LayerActivity(string Layer, double SpikesPerImage, double SpikeRate);

/// <summary>What an evaluation found.</summary>
/// <param name="Attacks">In the order asked for.</param>
/// <param name="Layers">In the order of the network; empty for an ANN.</param>
/// <param name="Warnings">Why a number may not mean what it seems to: gradients that vanish, logits that are no numbers.</param>
public sealed record EvaluationResult(
    EvaluationOptions Options, int Samples, int CleanCorrect, Interval CleanAccuracy95, IReadOnlyList<AttackResult> Attacks,
    IReadOnlyList<LayerActivity> Layers, IReadOnlyList<string> Warnings)
{
    /// <summary>Clean images whose logits are no numbers: <see cref="Predictions.None"/>. With any, accuracies are void.</summary>
    public int WithoutClass { get; init; }

    /// <summary>How full the passes of the attacks were.</summary>
    public LaneUse Lanes { get; init; }

    /// <summary>From 0 to 1; NaN where the figure is void.</summary>
    public double CleanAccuracy => WithoutClass > 0 ? double.NaN : (double)CleanCorrect / Samples;

    /// <summary>Whether some figure says nothing; the warnings say why.</summary>
    public bool HasVoid => WithoutClass > 0 || Attacks.Any(attack => attack.IsVoid);

    public double SpikesPerImage => Layers.Sum(layer => layer.SpikesPerImage);
}
