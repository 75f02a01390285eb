using System.Text;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Experiments.Tests.Ledgers;

[TestFixture]
public sealed class LedgerFileTests
{
    private TemporaryFolder folder = null!;

    private string Path => folder.File("a.jsonl");

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void What_is_written_is_read()
    {
        var file = SampleLedgers.Whole(SampleLedgers.Header(shard: "2/3"));
        file.Write(Path);
        var read = LedgerFile.Read(Path);
        Assert.That(read.IsComplete);
        Assert.That(read.Notes, Is.Empty);
        Assert.That(read.Header.Members, Is.EqualTo(file.Header.Members));
        Assert.That(read.Ledger.Rows, Is.EqualTo(file.Ledger.Rows));
        Assert.That(read.Ledger.Rows.Select(row => read.Ledger.Found(row.Sample)), Is.EqualTo(file.Ledger.Rows.Select(row => file.Ledger.Found(row.Sample))));
        Assert.That(SampleLedgers.Bytes(read), Is.EqualTo(File.ReadAllBytes(Path)));
    }

    [Test]
    public void The_format_is_this()
    {
        var header = SampleLedgers.Header("4,7", null, SampleLedgers.Square);
        SampleLedgers.Whole(header).Write(Path);
        string[] expected =
        [
            $"{{'format':1,'version':'0.1.0','checkpoint':'{new string('a', 64)}','data':'cifar10','images':{{'count':40,'sha256':'{new string('b', 64)}'}},"
                + "'timesteps':4,'seed':18446744073709551615,'backend':'cpu','arithmetic':'X64, AVX-512','batch':64,'stops_early':true,"
                + "'attacks':[{'name':'square','members':['square none linf:0.03137255']}],'samples':'4,7','shard':null,'complete':true}",
            "{'sample':4,'label':4,'prediction':5,'margin':-1.4333334}",
            "{'sample':7,'label':7,'prediction':7,'margin':2.4333332,'found':{'square none linf:0.03137255':[false,10,0]}}",
        ];
        Assert.That(File.ReadAllLines(Path), Is.EqualTo(expected.Select(line => line.Replace('\'', '"'))));
    }

    [Test]
    public void A_margin_that_is_none_comes_back()
    {
        var file = new LedgerFile(SampleLedgers.Header("0"), new Ledger());
        file.Ledger.AddClean(new LedgerRow(0, 1, -1, float.NaN));
        file.Write(Path);
        Assert.That(File.ReadAllText(Path), Does.Contain("\"margin\":null"));
        Assert.That(LedgerFile.Read(Path).Ledger.Rows, Is.EqualTo(file.Ledger.Rows));
    }

    [Test]
    public void Lines_may_say_a_part()
    {
        File.WriteAllText(Path, $"""
            {Header("3")}
            {"""{"sample":3,"label":1,"prediction":1,"margin":1.5}"""}
            {"""{"sample":3,"found":{"square none linf:0.03137255":[false,10,0]}}"""}
            {"""{"sample":3,"label":1,"prediction":1,"margin":1.5,"found":{"square none linf:0.03137255":[true,7,0.01]}}"""}

            """);
        Assert.That(LedgerFile.Read(Path).Ledger.Found(3).Values, Is.EqualTo(new[] { MemberFinding.BrokenAt(7, 0.01f) }));
    }

    [TestCase("""{"sample":3,"label":1,"prediction":1,"margin":1.5}""")]
    [TestCase("""{"sample":3,"label":1,"prediction":1,"mar""")]
    [TestCase("\0\0\0")]
    public void A_last_line_without_an_end_is_left_out_and_said(string line)
    {
        File.WriteAllText(Path, $"{Header("3")}\n{line}");
        var read = LedgerFile.Read(Path);
        Assert.That(read.Ledger.Count, Is.Zero);
        Assert.That(read.Notes, Has.Count.EqualTo(1).And.One.Contains($"{line.Length} bytes behind line 1"));
    }

    private static readonly string Clean = """{"sample":3,"label":1,"prediction":1,"margin":1.5}""";

    private static IEnumerable<TestCaseData> Damage()
    {
        yield return Case("no JSON", "x", "JSON");
        yield return Case("an empty line", "", "JSON");
        yield return Case("no object", "[]", "an object");
        yield return Case("bytes of a kill in the middle", "\0\0", "JSON");
        yield return Case("no sample", """{"label":1,"prediction":1,"margin":1.5}""", "'sample'");
        yield return Case("a sample that is not asked for", """{"sample":4,"label":1,"prediction":1,"margin":1.5}""", "'sample'", "found 4");
        yield return Case("no margin", """{"sample":3,"label":1,"prediction":1}""", "'margin'");
        yield return Case("an infinite margin", """{"sample":3,"label":1,"prediction":1,"margin":1e99}""", "'margin'", "1e99");
        yield return Case("a margin that contradicts", """{"sample":3,"label":1,"prediction":1,"margin":-1.5}""", "at least 0");
        yield return Case("another label", """{"sample":3,"label":2,"prediction":1,"margin":-1.5}""", "label 1 and 2");
        yield return Case("an unknown key", """{"sample":3,"label":1,"prediction":1,"margin":1.5,"founds":{}}""", "'founds'", "did you mean 'found'?");
        yield return Case("a key twice", """{"sample":3,"sample":3,"label":1,"prediction":1,"margin":1.5}""", "JSON");
        yield return Case("nothing but a number", """{"sample":3}""", "'found'");
        yield return Case("a finding of nobody", """{"sample":3,"found":{"square none linf:0.03137256":[true,1,0]}}""",
            "did you mean 'square none linf:0.03137255'");
        yield return Case("a finding of two", """{"sample":3,"found":{"square none linf:0.03137255":[true,1]}}""", "[broken, at, distance]", "[true,1]");
        yield return Case("a step that is no number", """{"sample":3,"found":{"square none linf:0.03137255":[true,1.5,0]}}""", "[broken, at, distance]");
        yield return Case("a distance outside the ball", """{"sample":3,"found":{"square none linf:0.03137255":[true,1,0.5]}}""", "within the ball");
        yield return Case("an infinite distance", """{"sample":3,"found":{"square none linf:0.03137255":[true,1,1e99]}}""", "within the ball");
        yield return Case("half a surrogate pair", """{"sample":3,"found":{"\ud800":[true,1,0]}}""", "JSON");

        static TestCaseData Case(string name, string line, params string[] parts) => new TestCaseData(line, parts).SetName($"damage: {name}");
    }

    [TestCaseSource(nameof(Damage))]
    public void Damage_is_refused_with_its_line(string line, string[] parts)
    {
        File.WriteAllText(Path, $"{Header("3")}\n{Clean}\n{line}\n{Clean}\n");
        Assert.That(() => LedgerFile.Read(Path), Refuses.At($"{Path}: line 3: ", parts));
    }

    [Test]
    public void A_finding_before_its_row_is_refused()
    {
        File.WriteAllText(Path, $"{Header("3")}\n{"""{"sample":3,"found":{"square none linf:0.03137255":[true,1,0]}}"""}\n");
        Assert.That(() => LedgerFile.Read(Path), Refuses.At($"{Path}: line 2: ", "Sample 3"));
    }

    [TestCase("\"format\":1", "\"format\":2", "'format'", "use the program that wrote")]
    [TestCase("\"batch\":64", "\"batches\":64", "'batch'")]
    [TestCase("\"batch\":64", "\"batch\":64,\"bach\":1", "'bach'", "did you mean 'batch'?")]
    [TestCase("\"batch\":64", "\"batch\":0", "'batch'", "at least 1")]
    [TestCase("\"batch\":64", "\"batch\":64,\"batch\":64", "JSON")]
    [TestCase("\"timesteps\":4", "\"timesteps\":-1", "'timesteps'")]
    [TestCase("\"seed\":18446744073709551615", "\"seed\":18446744073709551616", "'seed'")]
    [TestCase("\"checkpoint\":\"a", "\"checkpoint\":\"A", "'checkpoint'", "hexadecimal")]
    [TestCase("\"count\":40", "\"count\":3", "'samples'", "below 3")]
    [TestCase("\"samples\":\"3\"", "\"samples\":\"3-2\"", "samples", "found '3-2'")]
    [TestCase("\"shard\":null", "\"shard\":\"0/2\"", "shard", "'0/2'")]
    [TestCase("\"name\":\"square\"", "\"name\":\"\"", "attacks[0]", "'name'")]
    [TestCase("linf:0.03137255\"]", "linf:0.03137255\",\"square none linf:0.1\"]", "in one ball")]
    [TestCase("linf:0.03137255\"]", "linf:0.03137255\",\"square none linf:0.03137255\"]", "each once")]
    [TestCase("linf:0.03137255\"]", "8/255\"]", "attacks[0]", "linf:0.03137255")]
    [TestCase("\"version\":\"0.1.0\"", "\"version\":\"\\u001b\"", "'version'")]
    public void A_header_that_is_none_is_refused(string old, string other, params string[] parts)
    {
        var header = Header("3").Replace(old, other, StringComparison.Ordinal);
        Assert.That(header, Is.Not.EqualTo(Header("3")));
        File.WriteAllText(Path, $"{header}\n");
        Assert.That(() => LedgerFile.Read(Path), Refuses.At($"{Path}: line 1", parts));
    }

    [TestCase("", "an empty file")]
    [TestCase("no ledger", "without an end")]
    [TestCase("no ledger\n", "line 1: expected a line of a ledger")]
    public void What_is_no_ledger_is_refused(string text, string part)
    {
        File.WriteAllText(Path, text);
        Assert.That(() => LedgerFile.Read(Path), Refuses.At(Path, part));
    }

    /// <summary>What is cut off at the end of a line would otherwise be an evaluation of fewer samples.</summary>
    [Test]
    public void A_complete_ledger_that_lost_a_row_is_refused()
    {
        SampleLedgers.Whole(SampleLedgers.Header()).Write(Path);
        var lines = File.ReadAllLines(Path);
        File.WriteAllText(Path, string.Join('\n', lines[..^1]) + "\n");
        Assert.That(() => LedgerFile.Read(Path), Refuses.At(Path, "complete", "10 of 11"));
    }

    [Test]
    public void A_complete_ledger_that_lost_a_finding_is_refused()
    {
        SampleLedgers.Whole(SampleLedgers.Header("3", null, SampleLedgers.Square)).Write(Path);
        File.WriteAllText(Path, File.ReadAllText(Path).Replace(",\"found\":{\"square none linf:0.03137255\":[false,10,0]}", "", StringComparison.Ordinal));
        Assert.That(() => LedgerFile.Read(Path), Refuses.At(Path, "complete"));
    }

    [Test]
    public void A_line_without_end_of_any_length_is_refused()
    {
        using (var stream = File.Create(Path))
        {
            stream.Write(Encoding.UTF8.GetBytes(Header("3") + "\n"));
            stream.SetLength(1L << 30);
        }

        Assert.That(() => LedgerFile.Read(Path), Refuses.At($"{Path}: line 2", "1048576 bytes"));
    }

    [Test]
    public void What_the_header_does_not_ask_for_is_not_lost_silently()
    {
        var whole = SampleLedgers.Whole(SampleLedgers.Header());
        Assert.That(() => (whole with { Header = SampleLedgers.Header("0-20") }).Write(Path), Throws.Nothing);
        Assert.That(() => (whole with { Header = SampleLedgers.Header(attacks: [SampleLedgers.Pgd]) }).Write(Path), Throws.InvalidOperationException);
        Assert.That(() => (whole with { Header = SampleLedgers.Header("1-20") }).Write(Path), Throws.InvalidOperationException);
        Assert.That(LedgerFile.Read(Path).Header.Samples.ToString(), Is.EqualTo("0-20"), "the older file is as it was");
    }

    [Test]
    public void A_missing_file_is_the_users_to_hear_of() => Assert.That(() => LedgerFile.Read(folder.File("none")), Refuses.At(folder.File("none")));

    [Test]
    public void A_checkpoint_is_known_by_its_bytes()
    {
        File.WriteAllText(Path, "abc");
        Assert.That(LedgerHeader.DigestOf(Path), Is.EqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    private static string Header(string samples)
    {
        var file = new LedgerFile(SampleLedgers.Header(samples, null, SampleLedgers.Square), new Ledger());
        return Encoding.UTF8.GetString(SampleLedgers.Bytes(file)).TrimEnd();
    }
}
