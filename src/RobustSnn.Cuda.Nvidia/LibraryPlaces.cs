using System.Globalization;
using System.Text.RegularExpressions;

namespace RobustSnn.Cuda.Nvidia;

/// <summary>Where NVIDIA's libraries may be, in the order in which they are looked for. Only folders that exist, but for those that somebody named.</summary>
internal sealed partial class LibraryPlaces(SearchedMachine machine)
{
    /// <summary>Folders that the user names, separated as in PATH; they come before all.</summary>
    public const string Variable = "RSNN_CUDA_LIBRARIES";

    /// <summary>1, or the emulator's folder: then nothing else is looked at.</summary>
    public const string EmulatorVariable = "RSNN_CUDA_EMULATOR";

    private static readonly string[] LinuxLibraryFolders = ["lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"];
    private static readonly string[] WindowsLibraryFolders = ["bin/x64", "bin"];

    /// <summary>Whether the emulator was asked for.</summary>
    public bool IsEmulated => machine.Variable(EmulatorVariable) is not (null or "" or "0");

    public IEnumerable<LibraryPlace> All() => (IsEmulated ? Emulator() : Installed()).Distinct();

    /// <summary>The folder that the variable names; where it only says 1, one beside the program, or the one that the repository's build fills.</summary>
    private IEnumerable<LibraryPlace> Emulator()
    {
        var value = machine.Variable(EmulatorVariable)!;
        if (value != "1")
        {
            yield return new LibraryPlace(Path.GetFullPath(value));
            yield break;
        }

        yield return new LibraryPlace(Path.Combine(machine.ProgramFolder, "emulator"));
        for (var above = new DirectoryInfo(machine.ProgramFolder); above is not null; above = above.Parent)
        {
            var built = Path.Combine(above.FullName, "native", "emulator", "build");
            if (Directory.Exists(built))
            {
                yield return new LibraryPlace(built);
            }
        }
    }

    private IEnumerable<LibraryPlace> Installed() =>
    [
        .. Named(machine.Variable(Variable)).Select(folder => new LibraryPlace(folder)),
        new LibraryPlace(null),
        .. new[] { "CUDA_PATH", "CUDA_HOME" }.SelectMany(variable => Named(machine.Variable(variable)))
            .SelectMany(folder => Toolkit(folder).DefaultIfEmpty(new LibraryPlace(folder))),
        .. Toolkits().SelectMany(Toolkit),
        .. Existing(Named(machine.Variable("CONDA_PREFIX")).Select(prefix => Path.Combine(prefix, machine.IsWindows ? "Library/bin" : "lib"))),
        .. PythonPackages().SelectMany(NvidiaPackages),
        .. Existing(OfDriver()),
    ];

    private static IEnumerable<string> Named(string? folders) =>
        (folders ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Path.GetFullPath);

    private static IEnumerable<LibraryPlace> Existing(IEnumerable<string> folders) => folders.Where(Directory.Exists).Select(folder => new LibraryPlace(folder));

    /// <summary>The one that the administrator chose, then the newest first.</summary>
    private IEnumerable<string> Toolkits()
    {
        var (above, name) = machine.IsWindows
            ? (Path.Combine(machine.Variable("ProgramFiles") ?? machine.Root, "NVIDIA GPU Computing Toolkit", "CUDA"), "v*")
            : (Path.Combine(machine.Root, "usr", "local"), "cuda*");
        return Folders(above, name).OrderByDescending(folder => Path.GetFileName(folder) == "cuda").ThenByDescending(VersionOf);
    }

    /// <summary>The version is that of the folder which a link, as /usr/local/cuda is one, leads to.</summary>
    private IEnumerable<LibraryPlace> Toolkit(string folder)
    {
        var target = Directory.Exists(folder) ? Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName : null;
        int? major = VersionOf(target ?? folder) is { Major: > 0 } version ? version.Major : null;
        return Existing((machine.IsWindows ? WindowsLibraryFolders : LinuxLibraryFolders).Select(below => Path.Combine(folder, below)))
            .Select(place => place with { Major = major });
    }

    /// <summary>Folders that pip installs into: of the environment that is active, of the user, of the system; the newest Python first.</summary>
    private IEnumerable<string> PythonPackages()
    {
        string[] environments = [.. Named(machine.Variable("VIRTUAL_ENV")), .. Named(machine.Variable("CONDA_PREFIX"))];
        if (machine.IsWindows)
        {
            return environments.Select(prefix => Path.Combine(prefix, "Lib", "site-packages"));
        }

        string[] prefixes =
            [.. environments, Path.Combine(machine.UserFolder, ".local"), Path.Combine(machine.Root, "usr", "local"), Path.Combine(machine.Root, "usr")];
        return from prefix in prefixes
               from python in Folders(Path.Combine(prefix, "lib"), "python3*").OrderByDescending(VersionOf)
               from packages in new[] { "site-packages", "dist-packages" }
               select Path.Combine(python, packages);
    }

    /// <summary>One folder a library up to CUDA 12; cu13 has all of CUDA 13.</summary>
    private IEnumerable<LibraryPlace> NvidiaPackages(string packages) =>
        from package in Folders(Path.Combine(packages, "nvidia"), "*").OrderByDescending(VersionOf).ThenBy(folder => folder, StringComparer.Ordinal)
        let version = PackageOfAll().Match(Path.GetFileName(package))
        from place in Existing((machine.IsWindows ? ["bin/x86_64", "bin"] : new[] { "lib" }).Select(below => Path.Combine(package, below)))
        select place with { Major = version.Success ? int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture) : null };

    private IEnumerable<string> OfDriver() => machine.IsWindows
        ?
        [
            Path.Combine(machine.Variable("SystemRoot") ?? machine.Root, "System32"),
            Path.Combine(machine.Variable("ProgramFiles") ?? machine.Root, "NVIDIA Corporation", "NVSMI"),
        ]
        : [];

    private static string[] Folders(string above, string name) => Directory.Exists(above) ? Directory.GetDirectories(above, name) : [];

    /// <summary>The version that a folder's name ends in, as "cuda-12.4", "v13.0" and "python3.11" do; 0.0 where it ends in none.</summary>
    private static Version VersionOf(string folder)
    {
        var end = EndingVersion().Match(Path.GetFileName(folder)).Value;
        return Version.TryParse(end.Contains('.') ? end : $"{end}.0", out var version) ? version : new Version(0, 0);
    }

    [GeneratedRegex(@"\d+(\.\d+)*$")]
    private static partial Regex EndingVersion();

    [GeneratedRegex(@"^cu(\d+)$")]
    private static partial Regex PackageOfAll();
}
