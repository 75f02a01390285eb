namespace RobustSnn.Architecture.Tests;

/// <summary>Which room may use which. A room is a folder of sources under src; a project's own folder is its name without "RobustSnn.".</summary>
internal static class AllowedArrows
{
    /// <summary>From top to bottom: each room, and the rooms below it that it uses.</summary>
    private static readonly Room[] Table =
    [
        new("Cli", "Cli/Commands", "Cli/Output", "Experiments/Runs", "Experiments/Files", "Experiments/Messages", "Robustness/Energy", "Model"),
        new("Cli/Commands", "Cli/Output", "Conformance", "Experiments/Sweeps", "Experiments/Evaluations", "Experiments/Import", "Experiments/Runs", "Experiments/Ledgers",
            "Experiments/Settings", "Experiments/Data", "Experiments/Files", "Experiments/Messages", "Robustness/Training", "Robustness/Energy", "Robustness/Diagnosis", "Robustness/Evaluations", "Robustness/Attacks",
            "Robustness/Ledgers", "Robustness/ToSpiking", "Robustness", "Robustness/Estimators", "Robustness/Pruning", "Engine/Timing", "Engine/Plans",
            "Engine/Plans/Steps", "Engine", "Engine/Cpu/Machine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Cli/Output", "Experiments/Sweeps", "Experiments/Runs", "Experiments/Ledgers", "Experiments/Settings", "Experiments/Data", "Robustness/Energy", "Robustness/Diagnosis", "Robustness/Evaluations", "Robustness/Attacks",
            "Robustness/Ledgers", "Engine/Plans", "Engine/Operations"),
        new("Conformance", "Robustness/Training", "Robustness/Attacks", "Robustness/ToSpiking", "Robustness", "Robustness/Estimators",
            "Robustness/Pruning", "Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Operations", "Engine/Randomness",
            "Engine/Layout", "Model"),
        new("Experiments/Sweeps", "Experiments/Runs", "Experiments/Settings", "Experiments/Files", "Experiments/Messages",
            "Robustness/Energy", "Engine/Operations", "Model"),
        new("Experiments/Evaluations", "Experiments/Runs", "Experiments/Ledgers", "Experiments/Data", "Experiments/Files", "Robustness/Evaluations",
            "Robustness/Attacks", "Robustness/Ledgers", "Engine", "Engine/Operations", "Engine/Layout", "Model"),
        new("Experiments/Import", "Experiments/Runs", "Experiments/Data", "Experiments/Files", "Experiments/Messages", "Engine",
            "Engine/Operations", "Engine/Layout", "Model"),
        new("Experiments/Runs", "Experiments/Settings", "Experiments/Data", "Experiments/Files",
            "Robustness/Training", "Robustness/Energy", "Robustness/Evaluations", "Robustness/Attacks", "Robustness/ToSpiking", "Robustness",
            "Robustness/Estimators", "Robustness/Pruning", "Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Operations",
            "Engine/Randomness", "Engine/Layout", "Model"),
        new("Experiments/Ledgers", "Experiments/Data", "Experiments/Files", "Experiments/Messages", "Robustness/Ledgers", "Engine/Operations", "Model"),
        new("Experiments/Settings", "Experiments/Data", "Experiments/Files", "Experiments/Messages", "Robustness/Attacks", "Robustness/Pruning",
            "Engine/Operations", "Model"),
        new("Experiments/Data", "Experiments/Files", "Engine/Randomness", "Model"),
        new("Experiments/Files", "Experiments/Messages", "Engine/Layout", "Model"),
        new("Experiments/Messages", "Model"),
        new("Robustness/Training", "Robustness/Attacks", "Robustness", "Robustness/Estimators", "Engine/Plans", "Engine/Plans/Steps",
            "Engine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Robustness/Energy", "Robustness/Evaluations", "Robustness/Attacks", "Robustness", "Engine/Plans", "Engine", "Engine/Operations",
            "Engine/Randomness", "Engine/Layout", "Model"),
        new("Robustness/Diagnosis", "Robustness/Evaluations", "Robustness/Attacks", "Robustness/Ledgers", "Robustness", "Robustness/Estimators",
            "Engine", "Engine/Operations", "Engine/Layout", "Model"),
        new("Robustness/Evaluations", "Robustness/Attacks", "Robustness/Ledgers", "Robustness", "Engine", "Engine/Operations",
            "Engine/Randomness", "Engine/Layout", "Model"),
        new("Robustness/Attacks", "Robustness/Ledgers", "Robustness", "Robustness/Estimators", "Engine/Operations", "Engine/Randomness", "Engine/Layout",
            "Model"),
        new("Robustness/Ledgers", "Engine/Operations", "Model"),
        new("Robustness/ToSpiking", "Robustness", "Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Operations", "Engine/Randomness",
            "Engine/Layout", "Model"),
        new("Robustness", "Robustness/Estimators", "Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Operations",
            "Engine/Randomness", "Engine/Layout", "Model"),
        new("Robustness/Estimators", "Engine/Operations", "Model"),
        new("Robustness/Pruning", "Engine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Timing", "Engine/Plans", "Engine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Plans/Steps", "Engine", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine", "Engine/Checked", "Engine/Reference", "Engine/Cpu", "Engine/Cpu/Machine", "Engine/Operations", "Engine/Randomness",
            "Engine/Layout", "Model"),
        new("Engine/Checked", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Reference", "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Cpu", "Engine/Cpu/Sparse", "Engine/Cpu/Neurons", "Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Cpu/Machine",
            "Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Cpu/Sparse", "Engine/Cpu/Sparse/Passes", "Engine/Cpu/Sparse/Lists", "Engine/Cpu/Sparse/Operands", "Engine/Cpu/Neurons",
            "Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Operations", "Engine/Layout", "Model"),
        new("Engine/Cpu/Sparse/Passes", "Engine/Cpu/Sparse/Tiles", "Engine/Cpu/Sparse/Lists", "Engine/Cpu/Sparse/Operands", "Engine/Cpu/Neurons",
            "Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Layout"),
        new("Engine/Cpu/Sparse/Tiles", "Engine/Cpu/Sparse/Lists", "Engine/Cpu/Sparse/Operands", "Engine/Cpu/Neurons",
            "Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Layout"),
        new("Engine/Cpu/Sparse/Lists", "Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Layout", "Model"),
        new("Engine/Cpu/Sparse/Operands", "Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Layout"),
        new("Engine/Cpu/Routing", "Engine/Cpu/Convolution", "Engine/Layout"),
        new("Engine/Cpu/Neurons", "Engine/Cpu/Machine", "Engine/Operations", "Engine/Layout", "Model"),
        new("Engine/Cpu/Convolution", "Engine/Cpu/Machine", "Engine/Layout"),
        new("Engine/Cpu/Machine", "Engine/Layout", "Model"),
        new("Engine/Operations", "Engine/Randomness", "Engine/Layout", "Model"),
        new("Engine/Randomness"),
        new("Engine/Layout"),
        new("Model"),
        new("Cuda.Bindings/CudaSparse", "Cuda.Bindings/BasicTypes"),
        new("Cuda.Bindings/CudaBlas", "Cuda.Bindings", "Cuda.Bindings/BasicTypes"),
        new("Cuda.Bindings", "Cuda.Bindings/VectorTypes", "Cuda.Bindings/BasicTypes", "Cuda.Nvidia"),
        new("Cuda.Bindings/VectorTypes"),
        new("Cuda.Bindings/BasicTypes"),
        new("Cuda.Nvidia"),
    ];

    public static List<string> Rooms { get; } = [.. Table.Select(room => room.Name)];

    public static HashSet<Arrow> Downwards { get; } = [.. Table.SelectMany(room => room.Uses.Select(used => new Arrow(room.Name, used)))];

    public static HashSet<Arrow> All { get; } = [.. Downwards];

    private sealed record Room(string Name, params string[] Uses);
}
