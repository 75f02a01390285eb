using NUnit.Framework;

namespace RobustSnn.Conformance.Tests.Golden;

/// <summary>Where golden cases are: in tests/golden of the repository, and in shared/golden beside it, where there are any.</summary>
internal static class GoldenFolders
{
    /// <summary>The repository's own. It must be there: a folder without them is an error, not a reason to skip.</summary>
    public static string Own { get; } = Path.Combine(Root(), "tests", "golden");

    private static string Beside { get; } = Path.GetFullPath(Path.Combine(Root(), "..", "shared", "golden"));

    /// <summary>Every file with that ending, by name; of two of the same name the repository's own.</summary>
    public static IReadOnlyList<string> Files(string pattern) =>
    [
        .. Directory.GetFiles(Own, pattern)
            .Concat(Directory.Exists(Beside) ? Directory.GetFiles(Beside, pattern) : [])
            .DistinctBy(Path.GetFileName).OrderBy(Path.GetFileName, StringComparer.Ordinal),
    ];

    /// <summary>The path of a file. Skips the test, and names the file, where neither folder has it.</summary>
    public static string Require(string name)
    {
        if (Files(name).FirstOrDefault() is { } path)
        {
            return path;
        }

        Assert.Ignore($"needs the golden file {name}, which is neither in {Own} nor in {Beside}");
        throw new InvalidOperationException("Assert.Ignore ends the test");
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no folder above the tests holds Hybrid.sln");
    }
}
