using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RobustSnn.Architecture.Tests;

/// <summary>A file's namespace is its project's name, or the root namespace that its project states, and its folder.</summary>
[TestFixture]
public sealed partial class NamespaceTests
{
    [Test]
    public void Namespaces_are_the_folders()
    {
        var files = (from file in Repository.Sources("src", "tests", "benchmarks")
                     let match = Declaration().Match(File.ReadAllText(file))
                     where match.Success // not top-level statements, assembly attributes, global usings
                     select (File: Path.GetRelativePath(Repository.Root, file), Found: match.Groups[1].Value)).ToList();
        Assert.That(files, Is.Not.Empty);
        Assert.That(string.Join('\n', files.Where(file => file.Found != Expected(file.File)).Select(file => $"{file.File}: {file.Found}")), Is.Empty);
    }

    /// <summary>
    /// src/RobustSnn.Engine/Plans/Plan.cs: RobustSnn.Engine.Plans. One project states another root: the bindings to CUDA have ManagedCuda's names, so that a
    /// backend's sources compile against either.
    /// </summary>
    private static string Expected(string file)
    {
        var folders = Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar);
        var project = Path.Combine(Repository.Root, folders[0], folders[1], $"{folders[1]}.csproj");
        var root = File.Exists(project) ? RootNamespace().Match(File.ReadAllText(project)).Groups[1].Value : "";
        return string.Join('.', [root.Length > 0 ? root : folders[1], .. folders[2..]]);
    }

    /// <summary>C#, or F#'s namespace; an F# module may stand for its file.</summary>
    [GeneratedRegex(@"^namespace ([\w.]+);?\s*$", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex("<RootNamespace>([^<]+)</RootNamespace>")]
    private static partial Regex RootNamespace();
}
