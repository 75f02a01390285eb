using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>Every command line of the documents is one that the program takes.</summary>
[TestFixture]
public sealed partial class DocumentedCommandsTests
{
    private const string Program = "rsnn ";

    private static IEnumerable<TestCaseData> Lines =>
        from file in Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Root(), "README.md")).Append(Path.Combine(Root(), "CONTRIBUTING.md"))
        from line in File.ReadLines(file)
        where line.StartsWith("    ", StringComparison.Ordinal)
        from command in WithoutComment(line).Split("&&").Select(part => part.Trim().TrimEnd('&', ' ')) // in the background, too
        where command.StartsWith(Program, StringComparison.Ordinal)
        select new TestCaseData(command).SetArgDisplayNames($"{Path.GetFileName(file)}: {command}");

    [TestCaseSource(nameof(Lines))]
    public void It_is_understood(string command) =>
        Assert.That(CommandLine.Mistakes(Arguments(command), new Terminal(TextWriter.Null, TextWriter.Null, isScreen: false)), Is.Empty);

    [Test]
    public void There_are_many() => Assert.That(Lines.Count(), Is.GreaterThan(40));

    [TestCase("rsnn infer a.safetensors --outt b.csv")]
    [TestCase("rsnn infre a.safetensors")]
    [TestCase("rsnn infer a.safetensors --batch none")]
    public void A_mistake_would_be_found(string command) =>
        Assert.That(CommandLine.Mistakes(Arguments(command), new Terminal(TextWriter.Null, TextWriter.Null, isScreen: false)), Is.Not.Empty);

    /// <summary>As a shell reads them: a # behind a space begins a comment, quotes hold words together.</summary>
    private static string WithoutComment(string line) => Comment().Replace(line, "");

    private static string[] Arguments(string command) =>
        [.. Word().Matches(command[Program.Length..]).Select(match => match.Value.Replace("\"", "", StringComparison.Ordinal))];

    [GeneratedRegex(@"\s#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:""[^""]*""|[^\s""])+")]
    private static partial Regex Word();

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
