using RobustSnn.Experiments.Messages;
using RobustSnn.Model;

namespace RobustSnn.Cli.Commands;

/// <summary>A piece of work to time.</summary>
internal enum BenchPhase
{
    /// <summary>The spiking network forward, frozen, from images to logits.</summary>
    Infer,

    /// <summary>A natural training step through time: forward and backward of the cross-entropy, SGD.</summary>
    Bptt,

    /// <summary>A TRADES step (METHODS 7): RFGSM on KL in evaluation mode, the objective in training mode, SGD.</summary>
    Trades,

    /// <summary><see cref="Infer"/> with T = 0.</summary>
    AnnInfer,

    /// <summary><see cref="Bptt"/> with T = 0.</summary>
    AnnStep,
}

/// <summary>Names of the phases.</summary>
internal static class BenchPhases
{
    private static readonly IReadOnlyDictionary<string, BenchPhase> ByName = new Dictionary<string, BenchPhase>
    {
        ["infer"] = BenchPhase.Infer,
        ["bptt"] = BenchPhase.Bptt,
        ["trades"] = BenchPhase.Trades,
        ["ann_infer"] = BenchPhase.AnnInfer,
        ["ann_step"] = BenchPhase.AnnStep,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static string NameOf(BenchPhase phase) => ByName.First(pair => pair.Value == phase).Key;

    /// <exception cref="BadInputException">There is no such phase.</exception>
    public static BenchPhase Parse(string name) => ByName.TryGetValue(name, out BenchPhase phase)
        ? phase
        : throw new BadInputException(
            $"There is no phase '{name}': expected one of {string.Join(", ", Names)}{NearestName.Hint(name, Names)}");

    /// <summary>Whether the network runs as an ANN.</summary>
    public static bool IsAnn(BenchPhase phase) => phase is BenchPhase.AnnInfer or BenchPhase.AnnStep;
}
