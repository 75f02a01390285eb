using RobustSnn.Experiments.Settings;

namespace RobustSnn.Experiments.Sweeps;

/// <summary>Experiments over one base that differ in some settings: what a sweep file says.</summary>
/// <param name="Name">Letters, digits, '.', '_' and '-'.</param>
/// <param name="Runs">In the order of the file: those with names first, then the grid's, and each with every seed.</param>
public sealed record Sweep(string Name, string? Description, IReadOnlyList<SweepRun> Runs);

/// <summary>One experiment of a sweep.</summary>
/// <param name="Label">What it is called in the table; the same for all seeds.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Folder">Its folder in that of the sweep, of its own among all runs.</param>
/// <param name="Settings">Its experiment.</param>
public sealed record SweepRun(string Label, ulong Seed, string Folder, ExperimentSettings Settings);
