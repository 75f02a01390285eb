using System.Reflection;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace RobustSnn.Tests;

/// <summary>What users of the packages can name changes only where somebody meant it to.</summary>
[TestFixture]
public sealed class PublicApiTests
{
    /// <summary>Set to 1 in the environment, what there is becomes what is approved: <c>./build.sh AcceptApi</c>.</summary>
    private const string Accept = "RSNN_ACCEPT_API";

    private static readonly string[] Packages =
    [
        "RobustSnn", "RobustSnn.Model", "RobustSnn.Engine", "RobustSnn.FixedPoint", "RobustSnn.Robustness", "RobustSnn.Experiments", "RobustSnn.Cuda",
        "RobustSnn.Cuda.Bindings", "RobustSnn.Cuda.Nvidia",
    ];

    [TestCaseSource(nameof(Packages))]
    public void It_is_the_approved_one(string package)
    {
        string approved = Path.Combine(Here(), "Approved", $"{package}.txt");
        string found = PublicApi.Of(Assembly.Load(package));
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(approved, found);
        }

        string[] before = File.ReadAllLines(approved), after = found.TrimEnd('\n').Split('\n');
        string[] changes = [.. before.Except(after).Select(line => $"- {line}"), .. after.Except(before).Select(line => $"+ {line}")];
        Assert.That(string.Join('\n', changes), Is.Empty, $"Where this is meant, ./build.sh AcceptApi writes {Path.GetFileName(approved)} anew");
        Assert.That(after, Is.EqualTo(before), "the order");
    }

    [Test]
    public void All_packages_are_looked_at()
    {
        string properties = File.ReadAllText(Path.Combine(Here(), "..", "..", "Directory.Build.props"));
        Assert.That(properties, Does.Contain($"<PackedProjects>;{string.Join(';', Packages)};</PackedProjects>"));
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
