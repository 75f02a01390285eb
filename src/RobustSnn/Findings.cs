using RobustSnn.Experiments.Runs;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn;

/// <summary>What a network says of a batch of images.</summary>
/// <param name="Images">That were classified.</param>
/// <param name="Classes">The largest logit of each; -1 where logits are no numbers.</param>
/// <param name="Logits">(image, class).</param>
/// <param name="ClassNames">What the classes are called; null where the checkpoint does not say.</param>
public sealed record Classified(ImageBatch Images, IReadOnlyList<int> Classes, IReadOnlyList<float> Logits, IReadOnlyList<string>? ClassNames);

/// <summary>What attacks found.</summary>
/// <param name="Result">Accuracies, clean and under each attack, with 95 % intervals; warnings that say why a figure may not mean what it seems to.</param>
/// <param name="Ledger">What each attack did to each image, numbered in the order of the stream.</param>
public sealed record AttackFindings(EvaluationResult Result, Ledger Ledger);

/// <summary>What a network's spikes cost.</summary>
/// <param name="Spikes">Every spike times the connections that exist behind it (P2's equation 12), and how many it would be with nothing pruned.</param>
/// <param name="Memory">What the network stores, and would with nothing pruned.</param>
public sealed record EnergyFindings(EnergyResult Spikes, StoredMemory Memory);
