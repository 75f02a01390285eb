using System.Text.RegularExpressions;
using NUnit.Framework;

namespace RobustSnn.Architecture.Tests;

/// <summary>Sources cite sections of docs/METHODS.md by their numbers.</summary>
[TestFixture]
public sealed partial class MethodsTests
{
    [Test]
    public void Every_section_that_is_cited_exists()
    {
        var sections = Heading().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "METHODS.md")))
            .Select(heading => heading.Groups[1].Value).ToHashSet();
        var cited = (from file in Repository.Sources("src", "tests", "benchmarks")
                     from Match citation in Citation().Matches(File.ReadAllText(file))
                     from Match number in Number().Matches(citation.Value)
                     select (File: Path.GetRelativePath(Repository.Root, file), Section: number.Value)).ToList();
        Assert.That(cited, Is.Not.Empty);
        Assert.That(cited.Where(citation => !sections.Contains(citation.Section)), Is.Empty);
    }

    [GeneratedRegex(@"^## (\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    /// <summary>"METHODS 6, step 1", "METHODS 4 to 8", "METHODS 1, 2", "METHODS section 3".</summary>
    [GeneratedRegex(@"METHODS (section )?\d+((, | to | and )\d+)*")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
