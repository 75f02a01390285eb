using RobustSnn.Engine;

namespace RobustSnn.Robustness;

/// <summary>Over how many of the samples, and how.</summary>
/// <param name="Timesteps">T; 0 for an ANN.</param>
/// <param name="Batch">Samples in flight at once. No draw depends on it.</param>
public readonly record struct EvaluationOptions(int Timesteps, int Batch, ulong Seed);

/// <summary>An attack in a ball: what an evaluation can be asked for.</summary>
public readonly record struct AttackInBudget(EnsembleAttack Attack, Budget Budget);

/// <summary>How far an evaluation is: after every attack on every batch.</summary>
/// <param name="Attack">The attack that has just ended.</param>
/// <param name="SamplesDone">Samples that this attack has seen, of all.</param>
/// <param name="Correct">How many of those are still classified correctly.</param>
public readonly record struct EvaluationProgress(string Attack, int SamplesDone, int Samples, int Correct);

/// <summary>A member's part in an attack, over the whole data set.</summary>
public sealed record MemberResult(string Attack, string Estimator, MemberOutcome Outcome);

/// <summary>Accuracy under an attack.</summary>
/// <param name="Correct">Samples classified correctly on the clean image and after every member.</param>
/// <param name="Accuracy95">95 % Clopper-Pearson interval of Correct/Samples.</param>
public sealed record AttackResult(
    string Attack, Budget Budget, int Correct, int Samples, Interval Accuracy95, IReadOnlyList<MemberResult> Members)
{
    /// <summary>Whether some member followed a gradient that was no finite number: then the figure says nothing.</summary>
    public bool IsVoid => Members.Any(member => member.Outcome.NotFiniteGradients > 0);

    public double Accuracy => (double)Correct / Samples;
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
    public double CleanAccuracy => (double)CleanCorrect / Samples;

    /// <summary>Whether some figure says nothing; the warnings say why.</summary>
    public bool HasVoid => Attacks.Any(attack => attack.IsVoid);

    public double SpikesPerImage => Layers.Sum(layer => layer.SpikesPerImage);
}
