using System.Text.RegularExpressions;
using RobustSnn.Cuda.Kernels;

namespace RobustSnn.Cuda.Tests;

/// <summary>Where the backend's sources ask for a kernel, and what they launch it with.</summary>
internal static partial class KernelLoads
{
    /// <summary>Every kernel that is embedded.</summary>
    public static IReadOnlyList<(string File, string Kernel)> Kernels { get; } =
    [
        .. from file in PtxImage.Names.Order(StringComparer.Ordinal)
           from kernel in PtxImage.Embedded(file).Kernels
           select (file, kernel),
    ];

    /// <summary>Every place that loads one.</summary>
    public static IReadOnlyList<KernelLoad> All { get; } =
    [
        .. from source in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "RobustSnn.Cuda"), "*.cs", SearchOption.AllDirectories)
           where !source.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")
           from match in Load().Matches(File.ReadAllText(source))
           select new KernelLoad(match.Groups["arguments"].Value, match.Groups["file"].Value, match.Groups["name"].Value),
    ];

    /// <summary>The places that load a kernel: those that name it, or else those that put its name together.</summary>
    public static IReadOnlyList<KernelLoad> Of(string file, string kernel)
    {
        var loads = All.Where(load => load.File == file && load.Takes(kernel)).ToList();
        return loads.Any(load => load.IsLiteral) ? [.. loads.Where(load => load.IsLiteral)] : loads;
    }

    [GeneratedRegex("""Load<(?<arguments>[\w.]+)>\(\s*"(?<file>\w+)",\s*(?<name>\$?"[^"]*"|\w+)\)""")]
    private static partial Regex Load();
}

/// <summary>One of them.</summary>
/// <param name="Arguments">The struct that the kernel is launched with.</param>
/// <param name="Name">The kernel's name as it stands there: a literal, one with holes, or a variable.</param>
internal sealed partial record KernelLoad(string Arguments, string File, string Name)
{
    public bool IsLiteral => Name[0] == '"';

    /// <summary>The struct's type.</summary>
    public Type Type => typeof(CudaBackend).Assembly.GetTypes().Single(type => $".{type.FullName!.Replace('+', '.')}".EndsWith($".{Arguments}", StringComparison.Ordinal));

    /// <summary>Whether a name can be what stands there.</summary>
    public bool Takes(string kernel) => Regex.IsMatch(kernel, Name[0] switch
    {
        '"' => $"^{Name.Trim('"')}$",
        '$' => $"^{Hole().Replace(Name[2..^1], @"\w*")}$",
        _ => "",
    });

    public override string ToString() => $"{File}.{Name.Trim('$', '"')}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();
}
