using RobustSnn.Engine;

namespace RobustSnn.Experiments.Import;

/// <summary>Somebody else's network, as one of this program, and how it came about. The model is the caller's to dispose.</summary>
/// <param name="Architecture">One of <see cref="ForeignArchitectures.Names"/>.</param>
/// <param name="Whose">Whose networks those are, for a sentence.</param>
/// <param name="Timesteps">T of a network that was converted, as the options say it; 0 for an ANN.</param>
/// <param name="Notes">A sentence each: the normalisation, what was left out and why, what was pruned.</param>
public sealed record ImportedNetwork(SpikingModel Model, string Architecture, string Whose, int Timesteps, IReadOnlyList<string> Notes);
