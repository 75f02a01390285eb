using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn doctor</c> on this machine, in folders and under variables that have something or lack it.</summary>
public sealed class DoctorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Test]
    public void Where_all_is_there_it_succeeds_and_says_what()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data/cifar10/train"]);
        Directory.CreateDirectory(folder["data/cifar10/test"]);
        Outcome outcome = Run(folder["."]);
        Assert.That(outcome.Code, Is.Zero, outcome.Output + outcome.Error);
        Assert.That(outcome.Output, Does.Match(@"(?m)^ok +rsnn +\d+\.\d+\.\d+, (commit [0-9a-f]{12}|unknown commit), \.NET \d+")
            .And.Match(@"(?m)^ok +vectors +(AVX-512|AVX2|128-bit vectors)").And.Match($@"(?m)^ok +cores +{Environment.ProcessorCount}")
            .And.Match(@"(?m)^ok +memory +\d+\.\d GiB").And.Match(@"(?m)^ok +this folder ").And.Match(@"(?m)^ok +cifar10 +data/cifar10$")
            .And.Match(@"(?m)^without +svhn +not in data/svhn$").And.Contain("svhn: rsnn data fetch svhn").And.EndWith("everything that is needed is there\n"));
        Assert.That(Directory.GetFiles(folder["."]), Is.Empty, "what it tried to write");
    }

    [TestCase("RSNN_VECTOR_BITS", "128", 0, "128-bit vectors, as RSNN_VECTOR_BITS says")]
    [TestCase("RSNN_VECTOR_BITS", "100", 1, "vectors: unset RSNN_VECTOR_BITS")]
    [TestCase("RSNN_CHECK", "1", 0, "every operation is checked, which is slow")]
    public void A_variable_is_seen(string name, string value, int code, string said)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Run(folder["."], (name, value));
        Assert.That(outcome.Code, Is.EqualTo(code), outcome.Output);
        Assert.That(outcome.Output, Does.Contain(said));
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_missing()
    {
        const string ReadOnly = "/proc/self";
        if (!Directory.Exists(ReadOnly))
        {
            Assert.Ignore($"no {ReadOnly}, which nobody may write to, on this machine");
        }

        Outcome outcome = Run(ReadOnly);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match(@"(?m)^missing +this folder ").And.Contain("something that is needed is missing"));
    }

    private static Outcome Run(string folder, params (string Name, string Value)[] environment)
    {
        using Process process = RsnnProcess.StartIn(folder, environment, "doctor");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.That(process.WaitForExit(Limit), Is.True);
        return new Outcome(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
