namespace RobustSnn.Architecture.Tests;

/// <summary>Which room may use which. A room is a folder of sources under src; a project's own folder is its name without "RobustSnn.".</summary>
internal static class AllowedArrows
{
    /// <summary>From top to bottom: each room, and the rooms below it that it uses.</summary>
    private static readonly Room[] Table =
    [
        new("Cli", "Cli/Commands", "Cli/Output", "Experiments/Settings", "Model"),
        new("Cli/Commands", "Cli/Output", "Experiments/Runs", "Experiments/Settings", "Experiments/Data", "Experiments/Files",
            "Robustness/Conformance", "Robustness/Training", "Robustness/Evaluation", "Robustness/Attacks", "Robustness",
            "Robustness/Estimators", "Robustness/Conversion", "Robustness/Pruning", "Engine/Plans", "Engine/Cpu", "Engine",
            "Engine/Layout", "Model"),
        new("Cli/Output", "Experiments/Runs", "Experiments/Settings", "Robustness/Evaluation", "Robustness/Attacks", "Engine"),
        new("Experiments/Runs", "Experiments/Settings", "Experiments/Data", "Experiments/Files", "Robustness/Training",
            "Robustness/Evaluation", "Robustness/Attacks", "Robustness", "Robustness/Estimators", "Robustness/Conversion",
            "Robustness/Pruning", "Engine/Plans", "Engine", "Model"),
        new("Experiments/Settings", "Experiments/Files", "Model"),
        new("Experiments/Data", "Engine/Random", "Model"),
        new("Experiments/Files", "Engine", "Model"),
        new("Robustness/Conformance", "Robustness/Training", "Robustness/Attacks", "Robustness", "Robustness/Estimators",
            "Robustness/Conversion", "Robustness/Pruning", "Engine/Plans", "Engine", "Model"),
        new("Robustness/Training", "Robustness/Attacks", "Robustness", "Robustness/Estimators", "Engine/Plans", "Engine", "Model"),
        new("Robustness/Evaluation", "Robustness/Attacks", "Robustness", "Robustness/Estimators", "Engine", "Model"),
        new("Robustness/Attacks", "Robustness", "Robustness/Estimators", "Engine", "Model"),
        new("Robustness", "Robustness/Estimators", "Engine/Plans", "Engine", "Model"),
        new("Robustness/Estimators", "Engine", "Model"),
        new("Robustness/Conversion", "Engine/Plans", "Engine", "Engine/Layout", "Model"),
        new("Robustness/Pruning", "Engine", "Model"),
        new("Engine/Plans", "Engine/Plans/Steps", "Engine", "Engine/Layout", "Model"),
        new("Engine/Plans/Steps", "Engine", "Engine/Layout", "Model"),
        new("Engine/Reference", "Engine", "Engine/Random", "Engine/Layout", "Model"),
        new("Engine/Cpu", "Engine/Cpu/Sparse", "Engine/Cpu/Convolution", "Engine/Cpu/Neurons", "Engine", "Engine/Random", "Engine/Layout",
            "Model"),
        new("Engine/Cpu/Sparse", "Engine/Cpu/Convolution", "Engine/Cpu/Neurons", "Engine", "Engine/Layout", "Model"),
        new("Engine/Cpu/Convolution", "Engine", "Engine/Layout"),
        new("Engine/Cpu/Neurons", "Engine", "Engine/Layout", "Model"),
        new("Engine", "Engine/Layout", "Model"),
        new("Engine/Random"),
        new("Engine/Layout"),
        new("Model"),
    ];

    /// <summary>Arrows that still go up. None may be added; one that is gone has to go from here too.</summary>
    private static readonly Arrow[] Tolerated =
    [
        new("Experiments/Files", "Experiments/Settings"),
        new("Engine/Plans/Steps", "Engine/Plans"),
        new("Engine/Cpu/Sparse", "Engine/Cpu"),
        new("Engine/Cpu/Convolution", "Engine/Cpu"),
        new("Engine/Cpu/Neurons", "Engine/Cpu"),
        new("Engine/Cpu/Neurons", "Engine/Cpu/Sparse"),
        new("Engine", "Engine/Plans"),
        new("Engine/Random", "Engine"),
        new("Engine/Layout", "Engine"),
    ];

    /// <summary>Types whose parts are still in several rooms.</summary>
    public static readonly string[] Scattered = ["RobustSnn.Engine.Cpu.CpuBackend: Engine/Cpu, Engine/Cpu/Neurons"];

    public static List<string> Rooms { get; } = [.. Table.Select(room => room.Name)];

    public static HashSet<Arrow> Downwards { get; } = [.. Table.SelectMany(room => room.Uses.Select(used => new Arrow(room.Name, used)))];

    public static HashSet<Arrow> All { get; } = [.. Downwards, .. Tolerated];

    private sealed record Room(string Name, params string[] Uses);
}
