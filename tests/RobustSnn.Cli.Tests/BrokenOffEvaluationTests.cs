using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>Evaluations that end before they are done, in processes of their own: what their ledgers have, and what goes on from there.</summary>
[Platform(Exclude = "Win", Reason = "Windows has no such signals")]
public sealed class BrokenOffEvaluationTests
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Samples = 150;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private TemporaryFolder folder = null!;
    private byte[] undisturbed = null!;

    [OneTimeSetUp]
    public void EvaluateUndisturbed()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(folder["snn.safetensors"], _ => { });
        Outcome outcome = Shell.Run(Evaluation("undisturbed.jsonl"));
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        undisturbed = File.ReadAllBytes(folder["undisturbed.jsonl"]);
        Assert.That(Lines("undisturbed.jsonl"), Is.EqualTo(Samples + 1), "a header, and a line for each sample");
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void Killed_again_and_again_and_resumed_it_comes_to_the_same_bytes()
    {
        // Each time a little further on, the first time among the first findings.
        foreach (int findings in new[] { 1, 12, 30 })
        {
            BreakOff("killed.jsonl", Samples + 1 + findings, Kill, File.Exists(folder["killed.jsonl"]) ? ["--resume"] : []);
        }

        Finish("killed.jsonl");
    }

    [Test]
    public void Interrupted_it_leaves_a_ledger_that_is_resumed()
    {
        RsnnProcess.RequireHeeded(Interrupt);
        BreakOff("interrupted.jsonl", Samples + 2, Interrupt);
        Outcome reading = Shell.Run("ledger", folder["interrupted.jsonl"]);
        Assert.That(reading.Code, Is.EqualTo(ExitCode.Failed), "a figure that is not complete is none");
        Assert.That(reading.Output, Does.Contain("missing"));
        Finish("interrupted.jsonl");
    }

    [Test]
    public void Two_shards_of_which_one_was_killed_merge_to_the_same_bytes()
    {
        Assert.That(Shell.Run(Evaluation("first.jsonl", "--shard", "1/2")).Code, Is.Zero);
        BreakOff("second.jsonl", (Samples / 2) + 2, Kill, "--shard", "2/2");
        Outcome resumed = Shell.Run(Evaluation("second.jsonl", "--shard", "2/2", "--resume"));
        Assert.That(resumed.Code, Is.Zero, resumed.Error);
        Outcome merged = Shell.Run("ledger", folder["second.jsonl"], folder["first.jsonl"], "--out", folder["merged.jsonl"]);
        Assert.That(merged.Code, Is.Zero, merged.Error);
        Assert.That(File.ReadAllBytes(folder["merged.jsonl"]), Is.EqualTo(undisturbed));
    }

    private string[] Evaluation(string ledger, params string[] options) =>
    [
        "evaluate", folder["snn.safetensors"], "--samples", $"{Samples}", "--attack", "pgd10_ens", "square(queries=200)", "--epsilon", "1/255", "--batch", "8",
        "--threads", "2", "--ledger", folder[ledger], .. options,
    ];

    /// <summary>Sends the signal as soon as the ledger has more lines than that.</summary>
    private void BreakOff(string ledger, int lines, int signal, params string[] options)
    {
        using Process process = RsnnProcess.Start(Evaluation(ledger, options));
        long start = Stopwatch.GetTimestamp();
        while (Lines(ledger) <= lines && !process.HasExited && Stopwatch.GetElapsedTime(start) < Limit)
        {
            Thread.Sleep(5);
        }

        Assert.That(process.HasExited, Is.False, "it has ended by itself");
        RsnnProcess.Signal(process, signal);
        Assert.That(process.WaitForExit(Limit), Is.True);
        if (signal == Interrupt)
        {
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Interrupted), process.StandardError.ReadToEnd());
        }

        Assert.That(Lines(ledger), Is.GreaterThan(lines), "what was found is there");
        Assert.That(File.ReadAllBytes(folder[ledger]), Is.Not.EqualTo(undisturbed));
    }

    private void Finish(string ledger)
    {
        Outcome outcome = Shell.Run(Evaluation(ledger, "--resume"));
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(File.ReadAllBytes(folder[ledger]), Is.EqualTo(undisturbed));
    }

    private int Lines(string ledger)
    {
        if (!File.Exists(folder[ledger]))
        {
            return 0;
        }

        using var stream = new FileStream(folder[ledger], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[stream.Length];
        return content[..stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)].Count(each => each == (byte)'\n');
    }
}
