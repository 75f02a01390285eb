// The house's tasks. Usage: ./build.sh [Target], e.g. ./build.sh Test. Default is Build.
using System.Xml.Linq;

var target = Argument("target", "Default");
var configuration = Argument("configuration", "Release");

const string Solution = "Hybrid.sln";
const string Framework = "net10.0";
const string Cli = "src/RobustSnn.Cli";
const string Benchmarks = "benchmarks/RobustSnn.Benchmarks";
var artifacts = Directory("artifacts");

// What Test found; printed after Cake's own report, so that it is the last line.
(int Passed, int Failed, int Skipped)? tests = null;

int Dotnet(params string[] arguments) =>
    StartProcess("dotnet", new ProcessSettings { Arguments = arguments.Aggregate(new ProcessArgumentBuilder(), (all, next) => all.AppendQuoted(next)) });

void DotnetOrFail(params string[] arguments)
{
    if (Dotnet(arguments) is var code && code != 0)
    {
        throw new CakeException($"dotnet {arguments[0]} exited with {code}");
    }
}

Task("Clean")
    .Description("Removes everything that builds and runs have made.")
    .Does(() =>
    {
        CleanDirectory(artifacts);
        CleanDirectories("./{src,tests,benchmarks}/*/{bin,obj}");
    });

Task("Restore")
    .Does(() => DotnetOrFail("restore", Solution, "--verbosity", "quiet"));

Task("Build")
    .Description("Builds every project.")
    .IsDependentOn("Restore")
    .Does(() => DotnetOrFail("build", Solution, "--configuration", configuration, "--no-restore", "--nologo", "--verbosity", "quiet"));

Task("Test")
    .Description("Runs every test and prints the totals as the last line.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var results = artifacts + Directory("tests");
        CleanDirectory(results);
        var assemblies = GetFiles("./tests/*/*.?sproj").OrderBy(project => project.FullPath)
            .Select(project => project.GetDirectory().Combine($"bin/{configuration}/{Framework}").CombineWithFilePath($"{project.GetFilenameWithoutExtension()}.dll").FullPath);
        var code = Dotnet(["test", .. assemblies, "--logger", "trx;LogFileName=tests.trx", "--logger", "console;verbosity=minimal",
            "--results-directory", results.Path.FullPath]);

        var outcomes = GetFiles($"{results}/*.trx")
            .SelectMany(file => XDocument.Load(file.FullPath).Descendants().Where(element => element.Name.LocalName == "UnitTestResult"))
            .Select(result => (string)result.Attribute("outcome")).ToList();
        var passed = outcomes.Count(outcome => outcome == "Passed");
        var skipped = outcomes.Count(outcome => outcome is "NotExecuted" or "Inconclusive");
        var failed = outcomes.Count - passed - skipped;
        if (code != 0 && failed == 0)
        {
            Error("dotnet test exited with {0} although no test is recorded as failed: counted as one failure.", code);
            failed = 1;
        }

        tests = (passed, failed, skipped);
    });

Task("Run")
    .Description("Runs the main job: the whole path on drawn shapes, then the same trained naturally, to compare with; in fresh folders.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        foreach (var preset in new[] { "shapes10-quick", "shapes10-quick-natural" })
        {
            DotnetOrFail($"{Cli}/bin/{configuration}/{Framework}/rsnn.dll", "run", preset,
                "--out", $"artifacts/runs/{preset}-{DateTime.UtcNow:yyyyMMdd-HHmmss}");
        }
    });

Task("Bench")
    .Description("Times the engine's operations.")
    .IsDependentOn("Build")
    .Does(() => DotnetOrFail($"{Benchmarks}/bin/{configuration}/{Framework}/RobustSnn.Benchmarks.dll", "--filter", Argument("filter", "*"),
        "--artifacts", "artifacts/benchmarks"));

Task("Publish")
    .Description("Makes artifacts/rsnn: the program with all it needs.")
    .Does(() =>
    {
        CleanDirectory(artifacts + Directory("rsnn"));
        DotnetOrFail("publish", Cli, "--configuration", configuration, "--use-current-runtime", "--self-contained", "--output", "artifacts/rsnn",
            "--nologo", "--verbosity", "quiet");
        Information("artifacts/rsnn/rsnn");
    });

Task("Format")
    .Description("Formats the C# sources by .editorconfig.")
    .IsDependentOn("Restore")
    .Does(() => DotnetOrFail("format", "whitespace", Solution, "--no-restore"));

Task("Default")
    .IsDependentOn("Build");

RunTarget(target);

if (tests is { } totals)
{
    Console.WriteLine($"{totals.Passed} passed, {totals.Failed} failed, {totals.Skipped} skipped");
    if (totals.Failed > 0)
    {
        // Not an exception: Cake would print it below the totals.
        Environment.Exit(1);
    }
}
