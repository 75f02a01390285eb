using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Ledgers;
using RobustSnn.Experiments.Tests.Ledgers;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Ledgers;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn ledger</c> on ledgers of which every row is known.</summary>
public sealed class LedgerTests
{
    // Of 40 samples every fifth is wrong as it is.
    private const int Right = 32;

    private static readonly LedgerHeader Header = SampleLedgers.Header("0-39", null, SampleLedgers.Pgd, SampleLedgers.Square, SampleLedgers.Wide);

    private TemporaryFolder folder = null!;

    private string Whole => folder["whole.jsonl"];

    private string Part => folder["part.jsonl"];

    [OneTimeSetUp]
    public void WriteLedgers()
    {
        folder = new TemporaryFolder();
        SampleLedgers.Whole(Header).Write(Whole);
        using var journal = LedgerJournal.Create(Part, Header);
        SampleLedgers.Run(journal, Header, 64, sample => sample < 30);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void Accuracies_are_those_of_the_rows()
    {
        JsonElement found = Json(ExitCode.Success, Whole);
        Assert.That(found.GetProperty("is_complete").GetBoolean());
        Assert.That(Robust(found.GetProperty("clean")), Is.EqualTo(Right));
        LedgerFile file = LedgerFile.Read(Whole);
        int[] expected = [.. Header.Attacks.Select(attack => CountRobust(file, attack.Members))];
        Assert.That(expected, Is.All.InRange(1, Right - 1));
        Assert.That(found.GetProperty("attacks").EnumerateArray().Select(Robust), Is.EqualTo(expected));
        JsonElement together = found.GetProperty("together").EnumerateArray().Single();
        Assert.That(Robust(together), Is.EqualTo(CountRobust(file, [.. SampleLedgers.Pgd.Members, .. SampleLedgers.Square.Members])));
        Assert.That(together.GetProperty("epsilon").GetString(), Is.EqualTo("8/255"));
        var interval = Interval.ClopperPearson(expected[0], 40);
        JsonElement written = found.GetProperty("attacks")[0].GetProperty("accuracy95");
        Assert.That((written.GetProperty("lower").GetDouble(), written.GetProperty("upper").GetDouble()), Is.EqualTo((interval.Lower, interval.Upper)));
    }

    [Test]
    public void A_person_sees_a_table()
    {
        Outcome outcome = Shell.Run("ledger", Whole);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("cifar10, 40 images").And.Contain("T = 4").And.Contain("40 samples asked for, 40 with a row"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^clean +– +80\.0 % \(64\.4 to 90\.9\) +8 +0 +0$"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^pgd10_ens +8/255 ").And.Match("(?m)^square +8/255 ").And.Match("(?m)^square +16/255 "));
        Assert.That(outcome.Output, Does.Match("(?m)^all of these +8/255 "));
        Assert.That(outcome.Output, Does.Match(@"(?m)^linf +40 +\d+ +0\.\d+ +\d\.\d\d$"));
        Assert.That(outcome.Output, Does.Not.Contain("lies between"));
    }

    [Test]
    public void What_is_missing_is_no_figure()
    {
        Outcome outcome = Shell.Run("ledger", Part);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Error);
        Assert.That(outcome.Output, Does.Contain("40 samples asked for, 30 with a row"));
        Assert.That(outcome.Output, Does.Match(@"(?m)^clean +– +– +6 +0 +10$"));
        Assert.That(outcome.Output, Does.Contain("clean: 10 of 40 samples are missing; accuracy lies between 60.0 % and 85.0 %"));
    }

    [TestCase("pgd_ens", 1)]
    [TestCase("pgd10_ens", 1)]
    [TestCase("square", 2, Description = "in two balls")]
    [TestCase("pgd_ens,square", 3)]
    [TestCase("pgd10(surrogate=bptr)", 1, Description = "a part of the ensemble")]
    [TestCase("pgd(steps=10,surrogate=bptr),square", 3, Description = "a comma in brackets")]
    [TestCase("clean", 0)]
    public void Attacks_are_asked_for_by_name(string names, int count)
    {
        Outcome outcome = Shell.Run("ledger", Whole, "--json", "--attacks", names);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(JsonDocument.Parse(outcome.Output).RootElement.GetProperty("attacks").GetArrayLength(), Is.EqualTo(count));
    }

    /// <summary>Samples that an earlier member broke did not go on to this one: what it would have done is not known.</summary>
    [Test]
    public void A_part_of_an_ensemble_that_stops_early_is_not_complete()
    {
        JsonElement last = Json(ExitCode.Failed, Whole, "--attacks", "pgd10(surrogate=act)").GetProperty("attacks")[0];
        int notReached = LedgerFile.Read(Whole).Ledger is var ledger
            ? ledger.Rows.Count(row => row.IsCorrect && !ledger.Found(row.Sample).ContainsKey(SampleLedgers.Pgd.Members[2]))
            : 0;
        Assert.That(last.GetProperty("missing").GetInt32(), Is.EqualTo(notReached).And.Positive);
        Assert.That(last.GetProperty("accuracy").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("fgsm", "'fgsm'", "pgd10_ens (8/255), square (8/255), square (16/255)")]
    [TestCase("pgd20", "'pgd20'", "it has pgd10_ens")]
    [TestCase("nonsense", "no attack 'nonsense'", "The ledger has pgd10_ens")]
    [TestCase("square,", "no attack ''")]
    public void Attacks_that_are_not_there_are_refused(string names, params string[] parts) => Refused(["ledger", Whole, "--attacks", names], parts);

    [Test]
    public void An_epsilon_is_asked_of_everything_known()
    {
        LedgerFile file = LedgerFile.Read(Whole);
        JsonElement known = Json(ExitCode.Success, Whole, "--epsilon", "8/255").GetProperty("known");
        int broken = file.Ledger.Rows.Count(row => row.IsCorrect && file.Ledger.Found(row.Sample).Any(found => found.Value.Broken
            && (found.Value.Distance <= SampleLedgers.Radius || found.Key.Budget.Radius <= SampleLedgers.Radius)));
        Assert.That(known.GetProperty("broken").GetInt32(), Is.EqualTo(broken).And.Positive);
        Assert.That(known.GetProperty("epsilon").GetString(), Is.EqualTo("8/255"));
    }

    [TestCase("many")]
    [TestCase("-1")]
    [TestCase("l2:0.5", "--epsilon: expected a radius in a norm that the ledger has attacks in", "8/255")]
    public void An_epsilon_that_says_nothing_is_refused(string epsilon, params string[] parts) =>
        Refused(["ledger", Whole, $"--epsilon={epsilon}"], ["--epsilon", .. parts]);

    [Test]
    public void Shards_merge_to_the_bytes_of_the_whole()
    {
        string[] shards = [.. Enumerable.Range(1, 3).Select(number => folder[$"shard-{number}.jsonl"])];
        for (int i = 0; i < shards.Length; i++)
        {
            NumberRanges samples = NumberRanges.Of(Enumerable.Range(0, 40).Where(sample => sample % 3 == i));
            SampleLedgers.Whole(SampleLedgers.Header(samples.ToString(), $"{i + 1}/3", [.. Header.Attacks])).Write(shards[i]);
        }

        Outcome outcome = Shell.Run(["ledger", .. shards, "--out", folder["merged.jsonl"]]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(File.ReadAllBytes(folder["merged.jsonl"]), Is.EqualTo(File.ReadAllBytes(Whole)));
        Assert.That(outcome.Output, Is.EqualTo(Shell.Run("ledger", Whole).Output));
        Assert.That(Shell.Run("ledger", shards[0], shards[2]).Output, Does.Contain("shard 1,3/3"));
    }

    [Test]
    public void A_ledger_is_not_written_over_one_that_is_read()
    {
        byte[] bytes = File.ReadAllBytes(Part);
        Refused(["ledger", Whole, Part, "--out", Part], "would be lost");
        Assert.That(File.ReadAllBytes(Part), Is.EqualTo(bytes));
    }

    [TestCase("nowhere/merged.jsonl", "cannot be written")]
    [TestCase(".", "a folder")]
    public void A_ledger_is_not_written_where_none_can_be(string name, string saying) => Refused(["ledger", Whole, "--out", folder[name]], saying);

    [Test]
    public void A_ledger_has_a_name() => Refused(["ledger", Whole, "--out", ""], "expected the name of a file, found none");

    [Test]
    public void Ledgers_of_different_things_are_refused()
    {
        SampleLedgers.Whole(Header with { Timesteps = 8 }).Write(folder["other.jsonl"]);
        Refused(["ledger", Whole, folder["other.jsonl"]], "other.jsonl: cannot be merged with", "'timesteps' expected 4, found 8");
    }

    [Test]
    public void Logits_that_are_no_numbers_void_the_figures()
    {
        LedgerHeader header = SampleLedgers.Header("0", null, SampleLedgers.Square);
        var ledger = new Ledger();
        ledger.AddClean(new LedgerRow(0, 1, -1, float.NaN));
        new LedgerFile(header, ledger).Write(folder["void.jsonl"]);
        Outcome outcome = Shell.Run("ledger", folder["void.jsonl"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(outcome.Output, Does.Match("(?m)^clean +– +void").And.Match("(?m)^square +8/255 +void"));
        Assert.That(outcome.Error, Does.Contain("1 of 1 clean images"));
    }

    [Test]
    public void What_was_cut_off_is_said()
    {
        File.WriteAllText(folder["cut.jsonl"], File.ReadAllText(Part) + "{\"sample\":");
        Assert.That(Shell.Run("ledger", folder["cut.jsonl"]).Error, Does.StartWith("note: ").And.Contain("cut off"));
    }

    [Test]
    public void A_damaged_ledger_is_refused()
    {
        File.WriteAllText(folder["damaged.jsonl"], File.ReadAllText(Whole).Replace("\"margin\":", "\"margin\":-", StringComparison.Ordinal));
        Refused(["ledger", folder["damaged.jsonl"]], "damaged.jsonl: line 2: ");
        Refused(["ledger", folder["none.jsonl"]], "none.jsonl");
        Refused(["ledger"], "FILE");
    }

    private static int CountRobust(LedgerFile file, IReadOnlyList<LedgerMember> members) => file.Ledger.Rows.Count(row =>
        row.IsCorrect && members.All(member => !file.Ledger.Found(row.Sample).TryGetValue(member, out MemberFinding finding) || !finding.Broken));

    private static int Robust(JsonElement figure) => figure.GetProperty("robust").GetInt32();

    private static JsonElement Json(int code, params string[] arguments)
    {
        Outcome outcome = Shell.Run(["ledger", .. arguments, "--json"]);
        Assert.That(outcome.Code, Is.EqualTo(code), outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static void Refused(string[] arguments, params string[] parts)
    {
        Outcome outcome = Shell.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(parts, Is.All.Matches<string>(part => outcome.Error.Contains(part)), outcome.Error);
        Assert.That(outcome.Output, Is.Empty);
    }
}
