using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli.Tests;

/// <summary>What names in files may not do to a terminal.</summary>
public sealed class VisibleTests
{
    // Escape sequences of 7 and 8 bits, bell, carriage return, line ends, tab, DEL, separators, bidirectional controls.
    private static readonly (string Active, string Shown)[] All =
    [
        ("\u001b[31m", @"\x1b[31m"), ("\u009b2J", @"\x9b2J"), ("\u0007", @"\x07"), ("\0", @"\x00"), ("\r", @"\x0d"), ("\n", @"\x0a"), ("\t", @"\x09"),
        ("\u007f", @"\x7f"), ("\u0085", @"\x85"), ("\u2028", @"\u2028"), ("\u2029", @"\u2029"), ("\u202a", @"\u202a"), ("\u202e", @"\u202e"),
        ("\u2066", @"\u2066"), ("\u2069", @"\u2069"), ("\u061c", @"\u061c"), ("\u200e", @"\u200e"), ("\u200f", @"\u200f"),
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        All.Select(pair => new TestCaseData(pair.Active, pair.Shown).SetArgDisplayNames(pair.Shown));

    // No file's name has the character NUL.
    private static IEnumerable<TestCaseData> CasesOfNames() => Cases().Where(test => (string?)test.Arguments[0] != "\0");

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCaseSource(nameof(Cases))]
    public void A_tensors_name_is_written_out(string active, string shown)
    {
        Safetensors.Write(folder["a"], [HostTensor.FromLongs($"x{active}y", [], [1])], new Dictionary<string, string>());
        AssertShown(Shell.Run("inspect", folder["a"]), output => output.Output, active, $"x{shown}y ");
    }

    [TestCaseSource(nameof(Cases))]
    public void Metadata_is_written_out(string active, string shown)
    {
        Safetensors.Write(folder["a"], [], new Dictionary<string, string> { [$"k{active}k"] = $"v{active}v" });
        AssertShown(Shell.Run("inspect", folder["a"]), output => output.Output, active, $"k{shown}k: v{shown}v");
    }

    [TestCaseSource(nameof(CasesOfNames))]
    public void A_files_name_in_a_message_is_written_out(string active, string shown) =>
        AssertShown(Shell.Run("inspect", folder[$"x{active}y"]), output => output.Error, active, $"x{shown}y: ");

    [TestCaseSource(nameof(Cases))]
    public void A_mistaken_argument_is_written_out(string active, string shown) =>
        AssertShown(Shell.Run("devices", $"x{active}y"), output => output.Error, active, $"x{shown}y");

    [TestCaseSource(nameof(Cases))]
    public void Columns_stay_in_line(string active, string shown)
    {
        var output = new StringWriter();
        new Terminal(output, new StringWriter(), isScreen: false).WriteTable(["n", "type"], [[$"x{active}", "U8"], ["y", "I64"]]);
        string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1], Does.StartWith($"x{shown}"));
        Assert.That(lines.Select(line => line.LastIndexOf(' ')).Distinct().Count(), Is.EqualTo(1), output.ToString());
    }

    [TestCaseSource(nameof(Cases))]
    public void A_table_on_a_screen_writes_it_out(string active, string shown)
    {
        var output = new StringWriter();
        new Terminal(output, new StringWriter(), isScreen: true).WriteTable([$"h{active}", "type"], [[$"x{active}y", "U8"]]);
        Assert.That(output.ToString(), Does.Contain($"x{shown}y").And.Contain($"h{shown}").And.Not.Contain($"x{active}").And.Not.Contain($"h{active}"));
    }

    [TestCaseSource(nameof(Cases))]
    public void A_line_above_a_bar_writes_it_out(string active, string shown)
    {
        var output = new StringWriter();
        ProgressBars.On(new Terminal(output, new StringWriter(), isScreen: true).Screen, bars =>
        {
            bars.Begin($"b{active}b");
            bars.Advance(0.5, $"b{active}b");
            bars.End($"x{active}y");
            return 0;
        });
        Assert.That(output.ToString(), Does.Contain($"x{shown}y").And.Not.Contain($"x{active}y").And.Not.Contain($"b{active}b"));
    }

    [TestCaseSource(nameof(Cases))]
    public void Json_stays_valid_and_means_the_same(string active, string shown)
    {
        var output = new StringWriter();
        new Terminal(output, new StringWriter(), isScreen: false).Output.WriteLine(Format.Json(new { Name = $"x{active}y{shown}" }));
        string line = output.ToString()[..^Environment.NewLine.Length];
        Assert.That(JsonDocument.Parse(line).RootElement.GetProperty("name").GetString(), Is.EqualTo($"x{active}y{shown}"));
        Assert.That(line, Does.Not.Contain(active));
    }

    [TestCase('\u001b')]
    [TestCase('\u202e')]
    public void Every_way_to_write_is_guarded(char active)
    {
        var output = new StringWriter();
        TextWriter writer = new Terminal(output, new StringWriter(), isScreen: false).Output;
        string text = $"x{active}";
        writer.Write(active);
        writer.Write(text);
        writer.Write(text.ToCharArray());
        writer.Write(text.AsSpan());
        writer.Write(new System.Text.StringBuilder(text));
        writer.Write("{0}", text);
        writer.WriteLine(text.AsSpan());
        writer.WriteLine(text.ToCharArray());
        writer.WriteLine((object)text);
        writer.WriteLine(active);
        writer.WriteAsync(text).Wait();
        writer.WriteLineAsync(text).Wait();
        Assert.That(output.ToString(), Does.Not.Contain(active));
        Assert.That(output.ToString().Split(Environment.NewLine), Has.Length.EqualTo(6));
    }

    [TestCase("run", "--help")]
    [TestCase("presets", "shapes10-quick")]
    public void The_programs_own_line_ends_stay(params string[] arguments)
    {
        string output = Shell.Run(arguments).Output;
        Assert.That(output.Split('\n'), Has.Length.GreaterThan(5));
        Assert.That(output, Does.Not.Contain(@"\x"));
    }

    [TestCase("größe_猫_🐈.weight")]
    [TestCase("a‍b")]
    [TestCase(@"C:\x1b")]
    public void Letters_stay_as_they_are(string name) => Assert.That(Visible.Text(name), Is.EqualTo(name));

    private static void AssertShown(Outcome outcome, Func<Outcome, string> where, string active, string shown)
    {
        Assert.That(where(outcome), Does.Contain(shown));
        Assert.That(where(outcome).Replace(Environment.NewLine, "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), Does.Not.Contain(active));
    }
}
