using System.Text.RegularExpressions;
using NUnit.Framework;
using RobustSnn.Robustness.Attacks;

namespace RobustSnn.Architecture.Tests;

/// <summary>Documents point at files that are there: a reader who follows one into nothing trusts the rest less.</summary>
public sealed partial class DocumentPathsTests
{
    private static IEnumerable<string> Documents =>
        ["README.md", "CONTRIBUTING.md", .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Repository.Root, file))];

    [TestCaseSource(nameof(Documents))]
    public void Every_path_is_there(string document)
    {
        var paths = PathText().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))).Select(match => match.Value.TrimEnd('.', '/')).Distinct().ToArray();
        Assert.That(paths.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))), Is.Empty);
    }

    [Test]
    public void The_readme_names_every_attack()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Assert.That(AttackCatalogue.Names.Where(name => !readme.Contains($"`{name}`") && !readme.Contains($"`{name}10`")), Is.Empty);
    }

    [GeneratedRegex(@"(?<![\w./-])(src|tests|benchmarks|docs|fuzz)/[A-Za-z0-9_./-]+")]
    private static partial Regex PathText();
}
