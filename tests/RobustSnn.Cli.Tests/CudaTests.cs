using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Engine;

namespace RobustSnn.Cli.Tests;

/// <summary>
/// NVIDIA's cards on the command line. The emulator's folder is the one place where libraries are looked for when it is named, so that an empty
/// one is a machine without a card, wherever the tests run.
/// </summary>
public sealed class CudaTests
{
    private const string Emulator = "RSNN_CUDA_EMULATOR";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [TestCase("bench", "--architecture", "vggmini", "--backend", "cuda")]
    [TestCase("run", "shapes10-quick", "--backend", "cuda")]
    public void Without_a_card_a_command_says_what_was_looked_for(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        string nowhere = folder["nothing"];
        Directory.CreateDirectory(nowhere);
        string[] output = arguments[0] == "run" ? ["--out", folder["run"]] : [];
        Outcome outcome = Run(nowhere, [.. arguments, .. output]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(outcome.Error, Does.StartWith("rsnn: cuda: ").And.Contain(nowhere).And.Not.Contain("   at ").And.Not.Contain("Exception"));
    }

    [Test]
    public void Without_a_card_devices_are_the_processor_and_what_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        string nowhere = folder["nothing"];
        Directory.CreateDirectory(nowhere);
        Outcome outcome = Run(nowhere, "devices");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"(?m)^cpu: .* logical cores").And.Match(@"(?m)^cuda: .*was not found").And.Contain(nowhere));
    }

    [Test]
    public void The_emulator_is_named_as_one()
    {
        Outcome outcome = Run(RequireEmulator(), "devices");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"(?m)^cuda: .*emulated, compute capability \d+\.\d+, \d+\.\d GiB, driver of CUDA \d+\.\d+"));
    }

    [Test]
    public void A_figure_of_the_emulator_names_it()
    {
        Outcome outcome = Run(RequireEmulator(), "bench", "--architecture", "vggmini", "--backend", "cuda", "--batch", "2", "--timesteps", "2", "--phase", "infer",
            "--warm-up", "0", "--repeat", "1", "--json");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Match("\"backend\":\"cuda .*emulator"));

        // In a run two images go up and their logits come down: 2 × 3 × 32 × 32 and 2 × 10 floats.
        Assert.That(outcome.Output, Does.Contain("\"infer_traffic\":{\"uploads\":1,\"uploaded\":24576,\"downloads\":1,\"downloaded\":80}"));
    }

    /// <summary>
    /// Logits, every gradient, attacks, balancing and training of the papers' code, by the kernels that ship. Unchecked, so that passes are recorded
    /// and replayed as they are on a card.
    /// </summary>
    [Test]
    public void A_golden_case_agrees_on_the_emulator()
    {
        string golden = GoldenFolders.Require("vggmini-t4-hard.safetensors");
        Outcome outcome = Run(RequireEmulator(), "conformance", "--backend", "cuda", golden);
        Assert.That(outcome.Code, Is.Zero, outcome.Output + outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"grad_x\.bptt\.\S+ .* pass").And.Match(@"trades\.after2 .* pass").And.Contain("all 1 cases pass"));
    }

    /// <summary>The folder of the emulator that './build.sh Emulator' builds; the test is skipped where it is not built.</summary>
    private static string RequireEmulator()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Hybrid.sln")))
        {
            root = root.Parent;
        }

        string built = Path.Combine(root!.FullName, "native", "emulator", "build");
        if (!File.Exists(Path.Combine(built, "libcuda.so.1")))
        {
            Assert.Ignore("the emulator is not built ('./build.sh Emulator' builds it)");
        }

        return built;
    }

    private static Outcome Run(string emulator, params string[] arguments)
    {
        // Without checks, which download what they look at.
        using Process process = RsnnProcess.Start([(Emulator, emulator), (Backends.CheckVariable, "0")], arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        return new Outcome(process.ExitCode, output, error.Result);
    }
}
