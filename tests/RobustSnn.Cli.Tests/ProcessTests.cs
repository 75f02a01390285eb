using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>The program as a process of its own.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Test]
    public void Its_exit_code_is_the_commands()
    {
        using Process process = RsnnProcess.Start("inspect", "nowhere.safetensors");
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(error, Does.Contain("nowhere.safetensors"));
    }

    [TestCase("128", ExitCode.Success, "128-bit vectors")]
    [TestCase("", ExitCode.Success, "cpu: ")]
    [TestCase("100", ExitCode.BadInput, "RSNN_VECTOR_BITS")]
    public void Vectors_can_be_forced(string bits, int exitCode, string said)
    {
        using Process process = RsnnProcess.Start([("RSNN_VECTOR_BITS", bits)], "devices");
        string text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(exitCode), text);
        Assert.That(text, Does.Contain(said));
    }

    [Test]
    public void A_signal_interrupts_a_run_that_can_go_on()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no SIGTERM");
        }

        using var folder = new TemporaryFolder();
        using Process process = RsnnProcess.Start("run", "shapes10-quick", "--out", folder["run"], "--set", "network.architecture=vggmini", "--set", "pretrain.epochs=1000",
            "--set", "data.train_count=100", "--set", "data.validation_count=0");
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("pretrain: epoch 1/", StringComparison.Ordinal))
        {
        }

        Assert.That(RsnnProcess.Signal(process, 15), Is.Zero);
        process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted), error);
        Assert.That(error, Does.Contain("--resume"));
    }
}
