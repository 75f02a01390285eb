using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RobustSnn.Architecture.Tests;

/// <summary>A file's namespace is its project's name and its folder.</summary>
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

    /// <summary>src/RobustSnn.Engine/Plans/Plan.cs: RobustSnn.Engine.Plans.</summary>
    private static string Expected(string file) => string.Join('.', Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar)[1..]);

    /// <summary>C#, or F#'s namespace; an F# module may stand for its file.</summary>
    [GeneratedRegex(@"^namespace ([\w.]+);?\s*$", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
