using System.Diagnostics;
using FsCheck;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

[TestFixture]
public sealed class LedgerJournalTests
{
    private static readonly LedgerHeader Header = SampleLedgers.Header();

    private TemporaryFolder folder = null!;

    private string Path => folder.File("a.jsonl");

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void It_ends_as_what_was_found([Values(1, 3, 64)] int batch)
    {
        using var journal = LedgerJournal.Create(Path, Header);
        SampleLedgers.Run(journal, Header, batch, _ => true);
        Assert.That(journal.Finish().IsComplete);
        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(SampleLedgers.Bytes(SampleLedgers.Whole(Header))));
    }

    /// <summary>Killed after any number of bytes, resumed, and run to the end: the same bytes.</summary>
    [Test]
    public void It_may_be_cut_off_at_every_byte()
    {
        var header = SampleLedgers.Header("3-4", null, SampleLedgers.Pgd);
        var expected = SampleLedgers.Bytes(SampleLedgers.Whole(header));
        using (var journal = LedgerJournal.Create(Path, header))
        {
            SampleLedgers.Run(journal, header, 2, _ => true);
        }

        var bytes = File.ReadAllBytes(Path);
        var first = Array.IndexOf(bytes, (byte)'\n') + 1;
        for (var length = first; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(Path, bytes[..length]);
            var isCut = bytes[length - 1] != '\n';
            using var journal = LedgerJournal.Resume(Path, header);
            Assert.That(journal.Notes, isCut ? Has.Count.EqualTo(1).And.One.Contains("cut off") : Is.Empty, $"{length} bytes");
            var whole = Array.LastIndexOf(bytes, (byte)'\n', length - 1) + 1;
            Assert.That(new FileInfo(Path).Length, Is.EqualTo(whole), $"{length} bytes");
            SampleLedgers.Run(journal, header, 2, sample => !journal.Ledger.Has(sample) || !header.IsComplete(journal.Ledger));
            journal.Finish();
            Assert.That(File.ReadAllBytes(Path), Is.EqualTo(expected), $"{length} bytes");
        }
    }

    [Test]
    public void It_is_no_ledger_without_its_whole_header()
    {
        using (LedgerJournal.Create(Path, Header))
        {
        }

        File.WriteAllBytes(Path, File.ReadAllBytes(Path)[..^1]);
        Assert.That(() => LedgerJournal.Resume(Path, Header), Refuses.At(Path, "header"));
    }

    [FsCheck.NUnit.Property(MaxTest = 20)]
    public bool However_it_is_cut_into_sessions_the_bytes_are_the_same(byte[] sessions, PositiveInt batch)
    {
        using var mine = new TemporaryFolder();
        var path = mine.File("a.jsonl");
        LedgerJournal.Create(path, Header).Dispose();
        foreach (var session in sessions.Take(6))
        {
            using var journal = LedgerJournal.Resume(path, Header);
            SampleLedgers.Run(journal, Header, 1 + (batch.Get % 5), sample => sample % 7 == session % 7);
        }

        using (var journal = LedgerJournal.Resume(path, Header))
        {
            SampleLedgers.Run(journal, Header, 4, sample => !journal.Ledger.Has(sample));
            journal.Finish();
        }

        return File.ReadAllBytes(path).AsSpan().SequenceEqual(SampleLedgers.Bytes(SampleLedgers.Whole(Header)));
    }

    [Test]
    public void What_was_not_flushed_is_lost_and_no_more()
    {
        using (var journal = LedgerJournal.Create(Path, Header))
        {
            SampleLedgers.Run(journal, Header, 64, sample => sample < 3);
            journal.AppendClean(SampleLedgers.Row(3));
        }

        Assert.That(LedgerFile.Read(Path).Ledger.Rows.Select(row => row.Sample), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Others_read_it_while_it_is_written()
    {
        using var journal = LedgerJournal.Create(Path, Header);
        SampleLedgers.Run(journal, Header, 64, sample => sample < 3);
        var read = LedgerFile.Read(Path);
        Assert.That((read.Ledger.Count, read.IsComplete), Is.EqualTo((3, false)));
    }

    [Test]
    public void A_second_writer_is_refused()
    {
        using (LedgerJournal.Create(Path, Header))
        {
            Assert.That(() => LedgerJournal.Resume(Path, Header), Refuses.At(Path, "another evaluation is writing it"));
            Assert.That(() => LedgerJournal.Create(Path, Header), Refuses.At(Path, "another evaluation is writing it"));
        }

        Assert.That(() => LedgerJournal.Resume(Path, Header).Dispose(), Throws.Nothing);
    }

    /// <summary>The lock is the system's: another process that holds it is seen, and one that has ended holds nothing.</summary>
    [Test]
    [Platform("Linux")]
    public void Another_process_is_seen()
    {
        LedgerJournal.Create(Path, Header).Dispose();
        var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "--exclusive", Path + ".lock", "sh", "-c", "echo held; exec sleep 60" })
        {
            start.ArgumentList.Add(argument);
        }

        using var other = StartOrIgnore(start);
        try
        {
            Assert.That(other.StandardOutput.ReadLine(), Is.EqualTo("held"));
            Assert.That(() => LedgerJournal.Resume(Path, Header), Refuses.At(Path, "another evaluation is writing it"));
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            other.WaitForExit();
        }

        // The lock's last holder is a child of the process that was waited for, and may end a moment later.
        Assert.That(
            SpinWait.SpinUntil(() =>
            {
                try
                {
                    LedgerJournal.Resume(Path, Header).Dispose();
                    return true;
                }
                catch (BadInputException)
                {
                    return false;
                }
            }, TimeSpan.FromSeconds(20)), Is.True);
    }

    [Test]
    public void A_file_that_is_there_is_not_begun_anew()
    {
        File.WriteAllText(Path, "mine");
        Assert.That(() => LedgerJournal.Create(Path, Header), Refuses.At(Path, "is there already"));
        Assert.That(File.ReadAllText(Path), Is.EqualTo("mine"));
    }

    [Test]
    public void A_finished_ledger_goes_on_to_the_same_bytes()
    {
        SampleLedgers.Whole(Header).Write(Path);
        var bytes = File.ReadAllBytes(Path);
        using (var journal = LedgerJournal.Resume(Path, Header))
        {
            journal.Finish();
        }

        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(bytes));
    }

    [Test]
    public void What_is_missing_at_the_end_makes_no_complete_ledger()
    {
        using var journal = LedgerJournal.Create(Path, Header);
        SampleLedgers.Run(journal, Header, 64, sample => sample != 5);
        Assert.That(journal.Finish().IsComplete, Is.False);
        Assert.That(File.ReadLines(Path).First(), Does.EndWith("\"complete\":false}"));
        Assert.That(LedgerFile.Read(Path).Ledger.Count, Is.EqualTo(Header.Samples.Count - 1));
    }

    private static IEnumerable<TestCaseData> Others()
    {
        yield return Case("version", Header with { Version = "0.2.0" }, "\"0.1.0\"", "\"0.2.0\"");
        yield return Case("checkpoint", Header with { Checkpoint = new string('c', 64) }, "aaa", "ccc");
        yield return Case("data", Header with { Data = "cifar100" }, "\"cifar10\"", "\"cifar100\"");
        yield return Case("images", Header with { Images = Header.Images with { Images = 41 } }, "40", "41");
        yield return Case("timesteps", Header with { Timesteps = 8 }, "4", "8");
        yield return Case("seed", Header with { Seed = 1 }, "18446744073709551615", "1");
        yield return Case("backend", Header with { Backend = "reference" }, "\"cpu\"", "\"reference\"");
        yield return Case("arithmetic", Header with { Arithmetic = "X64, AVX2" }, "AVX-512", "AVX2");
        yield return Case("batch", Header with { Batch = 32 }, "64", "32");
        yield return Case("stops_early", Header with { StopsEarly = false }, "true", "false");
        yield return Case("attacks", Header with { Attacks = [SampleLedgers.Square] }, "pgd10_ens", "square");
        yield return Case("samples", SampleLedgers.Header("0-20"), "\"0-9,20\"", "\"0-20\"");
        yield return Case("shard", SampleLedgers.Header(shard: "1/2"), "none", "\"1/2\"");

        static TestCaseData Case(string key, LedgerHeader other, string found, string expected) =>
            new TestCaseData(key, other, found, expected).SetArgDisplayNames(key);
    }

    [TestCaseSource(nameof(Others))]
    public void Another_evaluations_file_is_refused_and_left_as_it_is(string key, LedgerHeader other, string found, string expected)
    {
        LedgerJournal.Create(Path, Header).Dispose();
        var bytes = File.ReadAllBytes(Path);
        Assert.That(() => LedgerJournal.Resume(Path, other), Refuses.At(Path, $"its '{key}' is", found, $", expected", expected));
        Assert.That(File.ReadAllBytes(Path), Is.EqualTo(bytes));
        Assert.That(() => LedgerJournal.Resume(Path, Header).Dispose(), Throws.Nothing, "the lock is free again");
    }

    [Test]
    public void Damage_before_the_end_is_refused()
    {
        using (var journal = LedgerJournal.Create(Path, Header))
        {
            SampleLedgers.Run(journal, Header, 64, _ => true);
        }

        var lines = File.ReadAllLines(Path);
        lines[4] = lines[4][..^3];
        File.WriteAllLines(Path, lines);
        Assert.That(() => LedgerJournal.Resume(Path, Header), Refuses.At($"{Path}: line 5"));
    }

    [Test]
    public void What_the_header_does_not_ask_for_is_not_appended()
    {
        using var journal = LedgerJournal.Create(Path, Header);
        journal.AppendClean(SampleLedgers.Row(0));
        Assert.That(() => journal.AppendClean(SampleLedgers.Row(10)), Throws.ArgumentException);
        Assert.That(() => journal.Append(0, SampleLedgers.Wide.Members[0], MemberFinding.Unbroken(1)), Throws.ArgumentException);
        Assert.That(() => journal.Append(1, Header.Members[0], MemberFinding.Unbroken(1)), Refuses.Saying("Sample 1"));
        journal.Flush();
        Assert.That(File.ReadAllLines(Path), Has.Length.EqualTo(2));
    }

    [Test]
    public void A_header_that_contradicts_itself_is_refused() =>
        Assert.That(() => LedgerJournal.Create(Path, Header with { Checkpoint = "abc" }), Refuses.At(Path, "'checkpoint'"));

    private static Process StartOrIgnore(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Assert.Ignore($"needs the program flock (Debian: util-linux): {missing.Message}");
            throw;
        }
    }
}
