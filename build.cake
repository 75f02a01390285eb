// The house's tasks. Usage: ./build.sh [Target], e.g. ./build.sh Test. Default is Build.
using System.Xml.Linq;

var target = Argument("target", "Default");
var configuration = Argument("configuration", "Release");

const string Solution = "Hybrid.sln";
const string Framework = "net10.0";
const string Cli = "src/RobustSnn.Cli";
const string Benchmarks = "benchmarks/RobustSnn.Benchmarks";
const string GpuReport = "benchmarks/RobustSnn.GpuReport";
const string Kernels = "native/kernels";
const string Ptx = "native/ptx";
var artifacts = Directory("artifacts");

// What Test found; printed after Cake's own report, so that it is the last line.
(int Passed, int Failed, int Skipped)? tests = null;

// Whether a test was skipped for want of golden cases although they are there: the message names the files that it lacks.
bool IsNeedless(string why)
{
    var lacking = System.Text.RegularExpressions.Regex.Matches(why, @"[\w.-]+\.(safetensors|pth)").Select(match => match.Value).ToList();
    var folders = new[] { Directory("./tests/golden"), Directory("../shared/golden") };
    return why.Contains("golden") && (lacking.Count == 0 || lacking.Any(file => folders.Any(folder => FileExists(folder + File(file)))));
}

int DotnetWith((string Name, string Value)? variable, params string[] arguments) =>
    Start("dotnet", arguments, variable is { } set ? new Dictionary<string, string> { [set.Name] = set.Value } : null);

int Start(string program, string[] arguments, Dictionary<string, string> variables = null) =>
    StartProcess(program, new ProcessSettings
    {
        Arguments = arguments.Aggregate(new ProcessArgumentBuilder(), (all, next) => all.AppendQuoted(next)),
        EnvironmentVariables = variables,
    });

void DotnetOrFail(params string[] arguments) => RunOrFail("dotnet", arguments);

void RunOrFail(string program, string[] arguments, Dictionary<string, string> variables = null)
{
    if (Start(program, arguments, variables) is var code && code != 0)
    {
        throw new CakeException($"{program} {arguments[0]} exited with {code}");
    }
}

bool CanBuildEmulator() => IsRunningOnLinux() && new[] { "g++", "make" }.All(tool => Context.Tools.Resolve(tool) is not null);

bool HasCard() => FileExists("/dev/nvidiactl");

// Runs tests under a name, says which were skipped and why, and adds what it found to the totals.
void RunTests(DirectoryPath results, string name, string[] assemblies, string[] options, (string Name, string Value)? variable = null)
{
    var folder = results.Combine(name);
    var code = DotnetWith(variable, ["test", .. assemblies, .. options, "--settings", "tests/checked.runsettings", "--logger", "trx;LogFileName=tests.trx", "--logger", "console;verbosity=minimal",
        "--results-directory", folder.FullPath]);
    var outcomes = GetFiles($"{folder}/*.trx")
        .SelectMany(file => XDocument.Load(file.FullPath).Descendants().Where(element => element.Name.LocalName == "UnitTestResult"))
        .Select(result => (Test: (string)result.Attribute("testName"), Outcome: (string)result.Attribute("outcome"), Why: result.Value.Trim())).ToList();
    var skipped = outcomes.Where(result => result.Outcome is "NotExecuted" or "Inconclusive").ToList();
    foreach (var (test, _, why) in skipped)
    {
        Warning("skipped: {0}: {1}", test, why.Split('\n')[0]);
    }

    var missing = skipped.Count(result => IsNeedless(result.Why));
    if (missing > 0)
    {
        Error("{0} skipped for want of golden cases that are there: counted as failed.", missing);
    }

    var passed = outcomes.Count(result => result.Outcome == "Passed");
    var failed = outcomes.Count - passed - skipped.Count + missing;
    if (passed == 0 || (code != 0 && failed == 0))
    {
        Error("{0}: dotnet test exited with {1} although no test is recorded as failed, or none ran at all: counted as one failure.", name, code);
        failed++;
    }

    Count(name, passed, failed, skipped.Count - missing);
}

// Says what tests of a name found, and adds it to the totals.
void Count(string name, int passed, int failed, int skipped)
{
    Information("{0}: {1} passed, {2} failed, {3} skipped", name, passed, failed, skipped);
    var (allPassed, allFailed, allSkipped) = tests ?? (0, 0, 0);
    tests = (allPassed + passed, allFailed + failed, allSkipped + skipped);
}

// Runs the emulator's own tests. What they provoke it to say of wrong kernels is shown only where one failed.
void RunEmulatorTests()
{
    var settings = new ProcessSettings { Arguments = "-s -C native/emulator --no-print-directory check", RedirectStandardOutput = true, RedirectStandardError = true };
    var code = StartProcess("make", settings, out var output, out var errors);
    var lines = output.ToList();
    var found = System.Text.RegularExpressions.Regex.Match(lines.LastOrDefault() ?? "", @"^(\d+) passed, (\d+) failed$");
    var (passed, failed) = found.Success ? (int.Parse(found.Groups[1].Value), int.Parse(found.Groups[2].Value)) : (0, 0);
    if (passed == 0 || (code != 0 && failed == 0))
    {
        Error("emulator: its tests exited with {0} although none is said to have failed, or none ran at all: counted as one failure.", code);
        failed++;
    }

    if (failed > 0)
    {
        Error("{0}", string.Join('\n', [.. errors, .. lines]));
    }

    Count("emulator", passed, failed, 0);
}

// The first line that the PTX of each kernels' file has to have, as compile.sh, which writes it, says; null where there is no shell to ask it.
Dictionary<string, string> SourceLines()
{
    if (Context.Tools.Resolve(IsRunningOnWindows() ? "sh.exe" : "sh") is null)
    {
        Warning("Whether {0} is of the sources in {1} was not looked at: sh is in no folder of PATH.", Ptx, Kernels);
        return null;
    }

    var settings = new ProcessSettings { Arguments = $"{Kernels}/compile.sh --sources", RedirectStandardOutput = true };
    return StartProcess("sh", settings, out var lines) == 0
        ? lines.ToDictionary(line => System.Text.RegularExpressions.Regex.Match(line, @"(\w+)\.cu").Groups[1].Value)
        : throw new CakeException($"{Kernels}/compile.sh --sources failed");
}

// What is wrong with the committed PTX, as far as it can be seen without a compiler.
List<string> FaultsOfPtx()
{
    var sources = GetFiles($"{Kernels}/*.cu").ToDictionary(file => file.GetFilenameWithoutExtension().ToString());
    var images = GetFiles($"{Ptx}/*.ptx").ToDictionary(file => file.GetFilenameWithoutExtension().ToString());
    var lines = SourceLines();
    return
    [
        .. sources.Keys.Except(images.Keys).Order().Select(name => $"{Kernels}/{name}.cu has no {Ptx}/{name}.ptx"),
        .. images.Keys.Except(sources.Keys).Order().Select(name => $"{Ptx}/{name}.ptx has no {Kernels}/{name}.cu: delete it"),
        .. sources.Keys.Intersect(images.Keys).Order()
            .Where(name => lines is not null && System.IO.File.ReadLines(images[name].FullPath).FirstOrDefault() != lines[name])
            .Select(name => $"{Ptx}/{name}.ptx is of other sources than {Kernels}/{name}.cu and the headers that it includes"),
    ];
}

// The compiler of kernels and what it says of itself; null where there is none.
string KernelCompiler()
{
    var name = EnvironmentVariable("CLANG") ?? "clang-19";
    try
    {
        var settings = new ProcessSettings { Arguments = "--version", RedirectStandardOutput = true, Silent = true };
        return StartProcess(name, settings, out var lines) == 0 ? $"{name} ({lines.First()})" : null;
    }
    catch (Exception) // it is not there
    {
        return null;
    }
}

void CompileKernels(DirectoryPath output) => RunOrFail("sh", [$"{Kernels}/compile.sh", MakeAbsolute(output).FullPath]);

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

Task("Kernels")
    .Description("Compiles native/kernels to native/ptx, which is committed. Needs clang 19; CLANG names another.")
    .Does(() =>
    {
        if (KernelCompiler() is not { } compiler)
        {
            throw new CakeException($"{EnvironmentVariable("CLANG") ?? "clang-19"} is not here. Kernels are compiled by clang 19, which needs no CUDA toolkit: "
                + "Debian and Ubuntu have it as clang-19 (apt-get install clang-19), others as LLVM 19; CLANG=/path/to/clang names another one that has the NVPTX target.");
        }

        CompileKernels(Directory(Ptx));
        Information("{0}: compiled by {1}", Ptx, compiler);
    });

Task("CheckKernels")
    .Description("Fails where native/ptx is not what native/kernels gives: by the hashes in it and, where clang 19 is, by compiling.")
    .Does(() =>
    {
        var faults = FaultsOfPtx();
        if (faults.Count == 0 && KernelCompiler() is { } compiler)
        {
            // Compiled once for what there is: a mark tells that nothing has changed since.
            var mark = artifacts + Directory("kernels") + File("checked");
            var state = string.Join('\n', GetFiles($"{Ptx}/*.ptx").Select(file => file.FullPath).Order(StringComparer.Ordinal)
                .Select(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.IO.File.ReadAllBytes(file)))).Append(compiler));
            if (!FileExists(mark) || System.IO.File.ReadAllText(mark) != state)
            {
                var compiled = artifacts + Directory("kernels/ptx");
                CleanDirectory(compiled);
                CompileKernels(compiled);
                faults.AddRange(GetFiles($"{Ptx}/*.ptx").Select(file => file.GetFilename().ToString()).Order()
                    .Where(name => System.IO.File.ReadAllText($"{Ptx}/{name}") != System.IO.File.ReadAllText($"{compiled}/{name}"))
                    .Select(name => $"{Ptx}/{name} is not what {compiler} makes of its sources"));
                if (faults.Count == 0)
                {
                    System.IO.File.WriteAllText(mark, state);
                }
            }
        }

        if (faults.Count > 0)
        {
            throw new CakeException($"{string.Join(";\n", faults)}.\n'./build.sh Kernels' compiles them anew.");
        }
    });

Task("Test")
    .Description("Runs every test, a part of the engine's also as on processors with narrower vectors (--whole: all of them as without AVX-512, and samples with the packages alone), and prints the totals as the last line.")
    .IsDependentOn("CheckKernels")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var results = artifacts + Directory("tests");
        CleanDirectory(results);
        var assemblies = GetFiles("./tests/*/*.Tests.?sproj").OrderBy(project => project.FullPath)
            .Select(project => project.GetDirectory().Combine($"bin/{configuration}/{Framework}").CombineWithFilePath($"{project.GetFilenameWithoutExtension()}.dll").FullPath)
            .ToArray();
        var ofCards = assemblies.Where(path => path.EndsWith("/RobustSnn.Cuda.Tests.dll")).ToArray();
        // Where there is no card, the tests of cards run on the emulator alone: otherwise thousands would be skipped beside it.
        var emulates = CanBuildEmulator();
        RunTests(results, "everything", emulates && !HasCard() ? [.. assemblies.Except(ofCards)] : assemblies, []);
        if (emulates)
        {
            if (!HasCard())
            {
                RunTests(results, "without-a-card", ofCards, ["--filter", "TestCategory=WithoutADevice"]);
            }

            RunOrFail("native/emulator/build.sh", []);
            RunEmulatorTests();
            RunTests(results, "on-the-emulator", ofCards, [], ("RSNN_CUDA_EMULATOR", MakeAbsolute(Directory("native/emulator/build")).FullPath));
        }
        else
        {
            Warning("The tests of cards are not run on the emulator: it is built by g++ and make, on Linux (apt-get install g++ make).");
        }

        // All of the engine's tests as on both take some three minutes more: --whole, which is for CI, runs those without AVX-512.
        string[] part = ["--filter", "TestCategory=OtherProcessors"];
        foreach (var (name, variable) in new[] { ("without-AVX-512", "DOTNET_EnableAVX512"), ("without-AVX2", "DOTNET_EnableAVX2") })
        {
            RunTests(results, name, [.. assemblies.Where(path => path.EndsWith("/RobustSnn.Engine.Tests.dll"))],
                HasArgument("whole") && name == "without-AVX-512" ? [] : part, (variable, "0"));
            RunTests(results, $"integers-{name}", [.. assemblies.Where(path => path.EndsWith("/RobustSnn.FixedPoint.Tests.dll"))],
                part, (variable, "0"));
        }

        if (HasArgument("whole"))
        {
            MakePackages();
            var (passed, faults) = RunSamples();
            foreach (var fault in faults)
            {
                Error("{0}", fault);
            }

            Count("samples", passed, faults.Length, 0);
        }
    });

Task("Emulator")
    .Description("Builds the emulator of NVIDIA's libraries, which runs kernels where there is no card; --check: and tries it. Needs g++ and make.")
    .WithCriteria(IsRunningOnLinux(), "the emulator is for Linux")
    .Does(() =>
    {
        RunOrFail("native/emulator/build.sh", []);
        if (HasArgument("check"))
        {
            RunEmulatorTests();
        }
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
    .Description("Times every kernel beside the machine's peak: all, or --filter='*Convolve*'.")
    .IsDependentOn("Build")
    .Does(() => DotnetOrFail($"{Benchmarks}/bin/{configuration}/{Framework}/RobustSnn.Benchmarks.dll", "--filter", Argument("filter", "*"),
        "--artifacts", "artifacts/benchmarks"));

// Runs a profiler of NVIDIA's on rsnn bench, VGG-16 at T = 8, one phase. Of its runs only the last is looked at, which the program marks.
void Profile(string tool, string[] options)
{
    EnsureDirectoryExists(artifacts + Directory("profiles"));
    RunOrFail(tool, [.. options, "dotnet", $"{Cli}/bin/{configuration}/{Framework}/rsnn.dll", "bench", "--backend", "cuda", "--architecture", "vgg16", "--timesteps", "8",
        "--phase", Argument("phase", "infer"), "--batch", Argument("batch", "64"), "--sparsity", Argument("sparsity", "0"), "--spike-rate", "p2"]);
}

void RequireProfiler(string tool, string package)
{
    if (Context.Tools.Resolve(tool) is null)
    {
        throw new CakeException($"{tool} is in no folder of PATH: it comes with {package}, from developer.nvidia.com or a distribution's CUDA packages");
    }
}

// The file of a profile, without what the profiler appends.
string ProfileFile() => $"artifacts/profiles/{Argument("phase", "infer")}-batch{Argument("batch", "64")}-sparsity{Argument("sparsity", "0")}";

Task("NsightSystems")
    .Does(() => RequireProfiler("nsys", "Nsight Systems"));

Task("NsightCompute")
    .Does(() => RequireProfiler("ncu", "Nsight Compute"));

Task("ProfileSystems")
    .Description("A timeline of one run on a card, by Nsight Systems: --phase=infer (as rsnn bench has them), --batch=64, --sparsity=0. Into artifacts/profiles.")
    .IsDependentOn("NsightSystems") // before minutes of building
    .IsDependentOn("Build")
    .Does(() => Profile("nsys",
    [
        "profile", "--trace=cuda,nvtx,cublas,cusparse", "--capture-range=nvtx", "--nvtx-capture=one-run", "--env-var=NSYS_NVTX_PROFILER_REGISTER_ONLY=0",
        "--capture-range-end=stop", "--force-overwrite=true", $"--output={ProfileFile()}",
    ]));

Task("ProfileKernels")
    .Description("What bounds each kernel of one run on a card, by Nsight Compute: options as ProfileSystems, --launches=40 and --skip=0 for which of them.")
    .IsDependentOn("NsightCompute")
    .IsDependentOn("Build")
    .Does(() => Profile("ncu",
    [
        "--set", "full", "--nvtx", "--nvtx-include", "one-run/", "--launch-skip", Argument("skip", "0"), "--launch-count", Argument("launches", "40"),
        "--target-processes", "all", "--force-overwrite", "--export", ProfileFile(),
    ]));

// What git says was built: with a mark where files differ from what was committed.
string Revision()
{
    var code = StartProcess("git", new ProcessSettings { Arguments = "describe --always --dirty --abbrev=40 --exclude=*", RedirectStandardOutput = true }, out var lines);
    return code == 0 ? lines.First() : "unknown";
}

Task("GpuReport")
    .Description("Makes artifacts/gpu-report, a program for a machine with an NVIDIA card and without .NET, and runs it where a card is here: --golden=DIR, --python=python3, --quick.")
    .Does(() =>
    {
        const int NoCard = 3; // as the program says it
        var folder = artifacts + Directory("gpu-report");
        CleanDirectory(folder);
        DotnetOrFail("publish", GpuReport, "--configuration", configuration, "--runtime", "linux-x64", "--self-contained", "--output", folder,
            $"-p:SourceRevisionId={Revision()}", "--nologo", "--verbosity", "quiet");
        string[] quick = HasArgument("quick") ? ["--quick"] : [];
        var golden = Argument("golden", DirectoryExists("../shared/golden") ? "../shared/golden" : "tests/golden");
        var code = Start($"{folder}/gpu-report", ["--golden", golden, "--out", "artifacts/gpu-report.md", "--python", Argument("python", "python3"), .. quick]);
        if (code is not (0 or NoCard))
        {
            throw new CakeException($"gpu-report exited with {code}");
        }
    });

Task("Fuzz")
    .Description("Fuzzes a reader of files, led by what it covers: --reader=png, for --minutes=10. Needs afl-fuzz (Debian: afl++).")
    .Does(() =>
    {
        var reader = Argument<string>("reader");
        var program = artifacts + Directory("fuzz/program");
        var tools = artifacts + Directory("fuzz/tools");
        CleanDirectory(program);
        DotnetOrFail("publish", "fuzz/RobustSnn.Fuzz", "--configuration", configuration, "--output", program, "--nologo", "--verbosity", "quiet");
        DotnetOrFail("tool", "update", "SharpFuzz.CommandLine", "--version", "2.3.0", "--tool-path", tools, "--verbosity", "quiet");
        foreach (var assembly in new[] { "RobustSnn.Experiments", "RobustSnn.Robustness", "RobustSnn.Model", "YamlDotNet" })
        {
            RunOrFail($"{tools}/sharpfuzz", [$"{program}/{assembly}.dll"]);
        }

        // The program is no binary that afl-fuzz could look into, and nobody has to be told of the processor or of where crashes go.
        var quiet = new[] { "AFL_SKIP_BIN_CHECK", "AFL_SKIP_CPUFREQ", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES" };
        RunOrFail("afl-fuzz", ["-i", $"fuzz/corpus/{reader}", "-o", $"artifacts/fuzz/{reader}", "-t", "10000", "-m", "none",
            "-V", $"{60 * Argument("minutes", 10)}", "dotnet", $"{program}/RobustSnn.Fuzz.dll", reader], quiet.ToDictionary(name => name, _ => "1"));
        var crashes = GetFiles($"artifacts/fuzz/{reader}/default/crashes/id*");
        Information("{0} inputs crash the reader of {1}: artifacts/fuzz/{1}/default/crashes", crashes.Count, reader);
    });

Task("Publish")
    .Description("Makes artifacts/rsnn: the program with all it needs.")
    .Does(() =>
    {
        CleanDirectory(artifacts + Directory("rsnn"));
        DotnetOrFail("publish", Cli, "--configuration", configuration, "--use-current-runtime", "--self-contained", "--output", "artifacts/rsnn",
            "--nologo", "--verbosity", "quiet");
        Information("artifacts/rsnn/rsnn");
    });

void MakePackages()
{
    CleanDirectory(artifacts + Directory("packages"));
    StartProcess("git", new ProcessSettings { Arguments = "rev-parse HEAD", RedirectStandardOutput = true }, out var commit);

    // Built apart from what tests run: there, symbols have the sources' places on this machine, which tests read.
    foreach (var step in new[] { "Restore", "Pack" })
    {
        DotnetOrFail("msbuild", "build/Packages.proj", $"-t:{step}", "-m", "-nologo", "-verbosity:quiet", $"-p:Configuration={configuration}",
            $"-p:ArtifactsPath={MakeAbsolute(artifacts + Directory("pack")).FullPath}", $"-p:PackageOutputPath={MakeAbsolute(artifacts + Directory("packages")).FullPath}",
            "-p:ContinuousIntegrationBuild=true", "-p:RunAnalyzers=false", $"-p:RepositoryCommit={commit.FirstOrDefault()}");
    }

    var made = GetFiles("artifacts/packages/*.nupkg");
    if (made.Count == 0 || made.Count != GetFiles("artifacts/packages/*.snupkg").Count)
    {
        throw new CakeException($"artifacts/packages has {made.Count} packages, expected some, and as many with symbols");
    }

    Information("{0}", string.Join('\n', made.Select(file => file.GetFilename())));
}

// Builds and runs samples/ with the packages that were made. How many say what they should, and what is wrong with the others.
(int Passed, string[] Faults) RunSamples()
{
    // A cache of its own: the packages of yesterday have the same version.
    var cache = MakeAbsolute(artifacts + Directory("samples/packages"));
    CleanDirectory(cache);
    var usual = EnvironmentVariable("NUGET_PACKAGES") ?? $"{EnvironmentVariable("HOME") ?? EnvironmentVariable("USERPROFILE")}/.nuget/packages";
    var variables = new Dictionary<string, string>
    {
        ["NUGET_PACKAGES"] = cache.FullPath,
        ["NUGET_FALLBACK_PACKAGES"] = usual,
        ["RestoreAdditionalProjectSources"] = MakeAbsolute(artifacts + Directory("packages")).FullPath,
    };
    RunOrFail("dotnet", ["build", "samples/Samples.proj", "--configuration", configuration, "--nologo", "--verbosity", "quiet"], variables);
    var faults = new[] { "convert-your-ann", "your-own-pruning", "images-from-a-camera-folder" }
        .Select(sample => FaultOf(sample, "dotnet", [$"samples/{sample}/bin/{configuration}/{Framework}/{sample}.dll", $"samples/{sample}"], variables))
        .Append(FaultOf("attack-your-snn", "dotnet", ["fsi", "samples/attack-your-snn/attack-your-snn.fsx"], variables)).ToArray();
    return (faults.Count(fault => fault is null), [.. faults.OfType<string>()]);
}

Task("Pack")
    .Description("Makes artifacts/packages: the library's NuGet packages, with symbols and documentation.")
    .Does(MakePackages);

Task("Samples")
    .Description("Packs, and builds and runs samples/ with the packages alone; fails where one does not say what it should.")
    .IsDependentOn("Pack")
    .Does(() =>
    {
        if (RunSamples().Faults is { Length: > 0 } faults)
        {
            throw new CakeException(string.Join('\n', faults));
        }
    });

Task("AcceptApi")
    .Description("Takes what users of the packages can name as it is now: tests/RobustSnn.Tests/Approved, to be committed.")
    .Does(() =>
    {
        DotnetOrFail("build", "tests/RobustSnn.Tests", "--configuration", configuration, "--nologo", "--verbosity", "quiet");
        DotnetWith(("RSNN_ACCEPT_API", "1"), "test", "tests/RobustSnn.Tests", "--no-build", "--configuration", configuration, "--filter", "FullyQualifiedName~PublicApi");
    });

Task("Docs")
    .Description("Makes artifacts/docs: guides and the API of the packages, as a site. Fails where a link, an anchor or a reference leads nowhere.")
    .IsDependentOn("Pack")
    .Does(() =>
    {
        CleanDirectory(artifacts + Directory("docs"));
        CleanDirectory("docs/site/api");
        RunIn("docs/site", "tool", "restore");
        RunIn("docs/site", "docfx", "metadata", "docfx.json", "--logLevel", "warning");
        RunIn("docs/site", "docfx", "build", "docfx.json", "--logLevel", "warning", "--warningsAsErrors");
        Information("artifacts/docs/index.html");
    });

void RunIn(string folder, params string[] arguments)
{
    var settings = new ProcessSettings { Arguments = string.Join(' ', arguments), WorkingDirectory = folder };
    if (StartProcess("dotnet", settings) is var code && code != 0)
    {
        throw new CakeException($"dotnet {string.Join(' ', arguments)} exited with {code}");
    }
}

// What is wrong with a sample: one that ends well has said what the lines of its expected.txt have, in their order. Null where nothing is.
string FaultOf(string name, string program, string[] arguments, Dictionary<string, string> variables)
{
    var settings = new ProcessSettings { Arguments = string.Join(' ', arguments.Select(argument => $"\"{argument}\"")), RedirectStandardOutput = true, EnvironmentVariables = variables };
    var code = StartProcess(program, settings, out var output);
    var said = string.Join('\n', output);
    var at = 0;
    var missing = System.IO.File.ReadLines($"samples/{name}/expected.txt").FirstOrDefault(line => (at = said.IndexOf(line, Math.Max(at, 0), StringComparison.Ordinal)) < 0);
    if (code != 0 || missing is not null)
    {
        return $"{name} exited with {code}{(missing is null ? "" : $" and did not say '{missing}'")}:\n{said}";
    }

    Information("{0}: as expected", name);
    return null;
}

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
