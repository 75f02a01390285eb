using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>Signals that come in the middle of something long, and processes that are killed: what a run leaves and goes on from.</summary>
[Platform(Exclude = "Win", Reason = "Windows has no such signals")]
public sealed class SignalTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>From the signal to the end of the process, on a machine that is busy with other things.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly string[] Tiny =
    [
        "run", "shapes10-quick", "--set", "network.architecture=vggmini", "--set", "network.timesteps=2", "--set", "data.train_count=96",
        "--set", "data.test_count=40", "--set", "data.validation_count=16", "--set", "batch_size=32", "--set", "pretrain.epochs=3",
        "--set", "pretrain.attack_steps=1", "--set", "finetune_ann.epochs=2", "--set", "finetune_ann.attack_steps=1", "--set", "convert.timesteps=4",
        "--set", "convert.batch_count=1", "--set", "convert.batch_size=16", "--set", "finetune_snn.epochs=3", "--set", "evaluate.samples=20",
        "--set", "evaluate.batch_size=20", "--set", "evaluate.attacks=[fgsm]",
    ];

    private TemporaryFolder folder = null!;

    private string Finetuned => Path.Combine(folder["unbroken"], "finetuned-snn.safetensors");

    [OneTimeSetUp]
    public void RunUnbroken()
    {
        folder = new TemporaryFolder();
        Outcome outcome = Shell.Run([.. Tiny, "--out", folder["unbroken"], "--threads", "2"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [TestCase(Terminate)]
    [TestCase(Interrupt)]
    public void An_attack_of_two_billion_steps_ends(int signal) => AssertEnds(
        signal, "evaluate", Finetuned, "--attack", "pgd2147483647", "--samples", "20", "--data", "shapes10");

    [Test]
    public void A_benchmark_ends() => AssertEnds(Terminate, "bench", "--architecture", "vgg11", "--timesteps", "8", "--phase", "trades");

    [Test]
    public void Killed_again_and_again_and_resumed_with_other_threads_it_comes_to_the_same_bits()
    {
        string broken = folder["broken"];
        var random = new Random(1);
        string[][] sessions = [.. Enumerable.Range(0, 4).Select(kill => (string[])
            [.. kill == 0 ? Tiny : ["run", "--resume"], "--out", broken, "--threads", $"{1 + kill % 3}"])];
        foreach (string[] session in sessions)
        {
            using Process process = RsnnProcess.Start(session);
            for (int lines = random.Next(2, 6); lines > 0 && process.StandardOutput.ReadLine() is not null; lines--)
            {
            }

            Thread.Sleep(random.Next(60));
            RsnnProcess.Signal(process, Kill);
            Assert.That(process.WaitForExit(Limit), Is.True);
        }

        Outcome last = Shell.Run("run", "--resume", "--out", broken, "--threads", "3");
        Assert.That(last.Code, Is.Zero, last.Error);
        Assert.That(last.Error, Does.Not.Contain("last bits"), "threads do not change results");
        Assert.That(Networks(broken), Is.EqualTo(Networks(folder["unbroken"])));
        Assert.That(Directory.GetFiles(broken).Select(Path.GetFileName), Is.EquivalentTo(Directory.GetFiles(folder["unbroken"]).Select(Path.GetFileName)));
    }

    [Test]
    public void Another_vector_width_is_said_and_kept_with_the_results()
    {
        string other = folder["width"];
        using (Process first = RsnnProcess.Start([("RSNN_VECTOR_BITS", "128")], [.. Tiny, "--out", other]))
        {
            while (first.StandardOutput.ReadLine() is { } line && !line.StartsWith("pretrain: epoch 1/", StringComparison.Ordinal))
            {
            }

            RsnnProcess.Signal(first, Kill);
            Assert.That(first.WaitForExit(Limit), Is.True);
        }

        Outcome second = Shell.Run("run", "--resume", "--out", other);
        Assert.That(second.Code, Is.Zero, second.Error);
        if (Engine.Cpu.Machine.VectorWidths.Available.Count > 1)
        {
            Assert.That(second.Output, Does.Contain("the last bits of results may differ"));
            Assert.That(File.ReadAllText(Path.Combine(other, "results.json")), Does.Contain("the last bits of results may differ"));
        }
    }

    [Test]
    public void A_folder_that_goes_away_ends_the_run_with_a_sentence()
    {
        string gone = folder["gone"];
        using Process process = RsnnProcess.Start([.. Tiny, "--out", gone, "--set", "pretrain.epochs=1000"]);
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("pretrain: epoch 1/", StringComparison.Ordinal))
        {
        }

        Directory.Move(gone, gone + "-elsewhere");
        process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.BadInput), error);
        Assert.That(error, Does.Contain("cannot be written").And.Not.Contain("Exception"));
    }

    private static void AssertEnds(int signal, params string[] arguments)
    {
        RsnnProcess.RequireHeeded(signal);
        using Process process = RsnnProcess.Start(arguments);
        for (int waits = 0; waits < 30 && process.TotalProcessorTime < TimeSpan.FromSeconds(1); waits++)
        {
            Thread.Sleep(100);
        }

        Assert.That(process.HasExited, Is.False, "it has ended by itself");
        long before = Stopwatch.GetTimestamp();
        Assert.That(RsnnProcess.Signal(process, signal), Is.Zero);
        Assert.That(process.WaitForExit(Limit), Is.True);
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted), error);
        Assert.That(error, Does.Contain("interrupted"));
        Assert.That(Stopwatch.GetElapsedTime(before), Is.LessThan(Soon));
    }

    private static Dictionary<string, string> Networks(string run) => Directory.GetFiles(run, "*.safetensors").ToDictionary(
        path => Path.GetFileName(path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
