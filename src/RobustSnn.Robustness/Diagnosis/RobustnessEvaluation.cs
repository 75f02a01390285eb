using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Model;
using RobustSnn.Robustness.Attacks;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Robustness.Diagnosis;

/// <summary>The whole way in one call: a network and labelled images in, what attacks found and whether to believe it out.</summary>
public static class RobustnessEvaluation
{
    /// <summary>The seed of the presets.</summary>
    private const ulong UsualSeed = 1;

    private const int UsualBatch = 64;

    /// <summary>Attacks a network as a protocol says, and asks whether to believe the accuracies.</summary>
    /// <param name="model">The caller's to dispose.</param>
    /// <param name="timesteps">T; 0 for an ANN.</param>
    /// <param name="images">(sample, channel, row, column) in [0,1], not normalised.</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <param name="protocol">One of <see cref="Attacks.Protocol.All"/>, by name: <c>strict</c>, <c>autoattack</c>, <c>p1</c>, <c>p2</c>.</param>
    /// <param name="budget">The ball, in place of the protocol's own; null for these, of which the diagnosis is of the first.</param>
    /// <param name="seed">Of all draws.</param>
    /// <param name="batch">Images a pass; no draw depends on it.</param>
    /// <param name="progress">Of the attacks; the diagnosis comes after them.</param>
    /// <param name="cancellation">Ends it within a pass.</param>
    /// <exception cref="BadInputException">
    /// Images, labels and network do not fit together, a pixel is not in [0,1], there is no such protocol or it has no attack for this network, or the
    /// ball is none.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static RobustnessFindings Run(
        SpikingModel model, int timesteps, float[] images, int[] labels, string protocol, Budget? budget = null, ulong seed = UsualSeed, int batch = UsualBatch,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        var asked = Protocol.Parse(protocol);
        if (budget is null && !asked.HasEpsilons)
        {
            throw new BadInputException($"The protocol {protocol} has no balls of its own, expected one.");
        }

        var samples = new ArraySamples(images, labels);
        if (images.Length != (long)labels.Length * model.PixelCount)
        {
            throw new BadInputException($"The network expects images of {model.Network.Input}, {model.PixelCount} values each, found {images.Length} values of "
                + $"{labels.Length} images.");
        }

        List<string> leftOut = [];
        var attacks = asked.For(model.Network.Classes, budget is { } ball ? [ball] : null, leftOut);
        if (attacks.Sum(attack => attack.Attack.Members.Count) == 0)
        {
            throw new BadInputException($"The protocol {protocol} expected at least one attack for this network, found none. {string.Join(' ', leftOut)}");
        }

        var diagnosed = new DiagnosisOptions(attacks[0].Budget, seed);
        diagnosed.Require();
        var options = new EvaluationOptions(timesteps, batch, seed, asked.StopsEarly);
        var record = new UnsharedRecord();
        using var evaluation = new Evaluation(model, options);
        var result = evaluation.Run(samples, attacks, progress, cancellation, record);
        using var classifier = new Classifier(model, batch, timesteps);
        var diagnosis = EvaluationDiagnosis.Run(
            classifier, (otherBatch, otherTimesteps) => new Classifier(model, otherBatch, otherTimesteps), samples, result, record.Known, diagnosed,
            cancellation: cancellation);
        return new RobustnessFindings(result, record.Known, diagnosis, leftOut);
    }
}

/// <summary>What was found out about a network.</summary>
/// <param name="Result">Accuracies, clean and under each attack.</param>
/// <param name="Ledger">What each attack did to each sample, numbered in the order of the images.</param>
/// <param name="Diagnosis">Whether to believe it.</param>
/// <param name="LeftOut">A sentence for each attack of the protocol that this network cannot be attacked with.</param>
public sealed record RobustnessFindings(EvaluationResult Result, Ledger Ledger, DiagnosisReport Diagnosis, IReadOnlyList<string> LeftOut);
