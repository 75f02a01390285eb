using System.Security.Cryptography;
using System.Text.RegularExpressions;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Tests;

/// <summary>What a report of a real run has, and that it is one file which asks for nothing.</summary>
public sealed partial class HtmlReportTests
{
    private const int LargestReport = 5_000_000;

    private static readonly string[] Sections =
        ["warnings", "table", "epochs", "comparison", "layers", "members", "evaluations", "thresholds", "energy", "images", "settings"];

    private static readonly Lazy<string> Whole = new(() => Report(TinyRun.Folder));

    [TestCaseSource(nameof(Sections))]
    public void There_is_a_section_of(string section) => Assert.That(Whole.Value, Does.Contain($"<h2 id=\"{section}\">"));

    [TestCase("Accuracy over the epochs of pretrain")]
    [TestCase("Loss over the epochs of finetune_snn")]
    [TestCase("Spike rate by layer")]
    [TestCase("SNN finetuned, under pgd2")]
    [TestCase("Share of each layer&#39;s weights that pruning kept")]
    [TestCase("Threshold by layer")]
    [TestCase("Synaptic operations")]
    [TestCase("Picojoules, under assumptions")]
    [TestCase("data:image/png;base64,")]
    [TestCase("SNN finetuned under fgsm_ens, ε = 64/255")]
    [TestCase("accuracy so far")]
    [TestCase("method: lwm")]
    public void It_shows(string text) => Assert.That(Whole.Value, Does.Contain(text));

    [Test]
    public void Accuracies_have_intervals() => Assert.That(Whole.Value, Does.Match(@"<td>[\d.]+ % \([\d.]+ to [\d.]+\)</td>"));

    [Test]
    public void It_is_small_enough_to_send() => Assert.That(Whole.Value, Has.Length.LessThan(LargestReport));

    /// <summary>The library names addresses that it never asks; the policy forbids it to.</summary>
    [Test]
    public void Nothing_refers_to_the_network()
    {
        var own = Whole.Value.Replace(Frame.Asset("plotly-basic.min.js"), "", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(own, Does.Not.Match("(?i)https?://"));
            Assert.That(own, Does.Not.Match(@"(?i)<link|<iframe|<object|@import|\ssrc=""(?!data:)"));
            Assert.That(own, Does.Contain("default-src 'none'"));
        });
    }

    [Test]
    public void Nothing_has_a_handler_of_its_own() =>
        Assert.That(Whole.Value.Replace(Frame.Asset("plotly-basic.min.js"), "", StringComparison.Ordinal), Does.Not.Match(@"(?i)<[a-z][^>]*\son[a-z]+\s*="));

    [Test]
    public void The_charting_library_is_the_published_one()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("Assets/plotly-basic.min.js")!;
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(stream)), Is.EqualTo("99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"), "plotly.js-basic-dist-min 4.1.1");
    }

    [TestCase("<script>alert(1)</script>")]
    [TestCase("</script><img src=x onerror=alert(1)>")]
    [TestCase("\\\"><b>")]
    public void A_name_from_a_file_is_never_markup(string name)
    {
        var text = Report(TinyRun.Changed("results.json", "\"name\": \"tiny\"", $"\"name\": \"{name}\""));
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain(name.Replace("\\", "", StringComparison.Ordinal)));
            Assert.That(text, Does.Contain(Page.Escape(name.Replace("\\", "", StringComparison.Ordinal))));
        });
    }

    [Test]
    public void A_network_s_name_cannot_end_the_data_of_a_chart()
    {
        var text = Report(TinyRun.Changed("results.json", "\"network\": \"SNN finetuned\"", "\"network\": \"</script><script>alert(1)\""));
        Assert.That(text, Does.Not.Contain("</script><script>alert"));
        Assert.That(Scripts().Count(text), Is.EqualTo(2), "the library and the page's own");
    }

    [Test]
    public void An_unfinished_run_says_so_first()
    {
        var text = Report(TinyRun.Changed("results.json", "\"complete\": true", "\"complete\": false"));
        Assert.That(text, Does.Contain("<strong>Unfinished.</strong>"));
        Assert.That(text.IndexOf("Unfinished.", StringComparison.Ordinal), Is.LessThan(text.IndexOf("Final table", StringComparison.Ordinal)));
    }

    [Test]
    public void A_file_before_members_were_kept_is_read_and_says_what_is_missing()
    {
        var copy = TinyRun.Copy("older");
        var path = Path.Combine(copy, "results.json");
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var row in json["rows"]!.AsArray())
        {
            row!.AsObject().Remove("members");
            row.AsObject().Remove("activity");
        }

        File.WriteAllText(path, json.ToJsonString());
        foreach (var images in Directory.GetFiles(copy, "images-*"))
        {
            File.Delete(images);
        }

        var text = Report(copy);
        Assert.That(text, Does.Contain("No members were kept").And.Contain("None were kept: nothing was broken"));
        Assert.That(text, Does.Contain("Spike rate by layer"), "those of the energy stage");
    }

    [Test]
    public void Several_runs_have_means_over_their_seeds()
    {
        var sweep = TinyRun.NewPath("sweep");
        foreach (var (seed, sparsity) in new[] { (1, "0.9"), (2, "0.9"), (1, "0.5") })
        {
            var run = TinyRun.Copy("run");
            var file = Path.Combine(run, "experiment.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("seed: 1", $"seed: {seed}", StringComparison.Ordinal).Replace("sparsity: 0.9", $"sparsity: {sparsity}", StringComparison.Ordinal));
            Directory.CreateDirectory(sweep);
            Directory.Move(run, Path.Combine(sweep, $"{sparsity}-seed{seed}"));
        }

        var text = Report(sweep);
        Assert.That(text, Does.Contain("SNN finetuned: accuracy on clean images against sparsity").And.Contain("Accuracy of the last network of each experiment"));
        Assert.That(text, Does.Match(@"<th scope=""row"">0\.9</th><td>1, 2</td>"));
        Assert.That(text, Does.Match(@"<th scope=""row"">90</th><td>[\d.]+ % &#177; 0\.0 %</td>"), "two seeds with the same results");
        Assert.That(text, Does.Match(@"<th scope=""row"">50</th><td>[\d.]+ %</td>"), "of one seed nothing is known of their spread");
    }

    [Test]
    public void Runs_of_one_name_and_seeds_without_their_last_figure_are_told_apart()
    {
        var (one, other) = (TinyRun.Copy("same"), TinyRun.Copy("same"));
        var file = Path.Combine(other, "experiment.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("seed: 1", "seed: 2", StringComparison.Ordinal));
        file = Path.Combine(other, "results.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"complete\": true", "\"complete\": false", StringComparison.Ordinal));
        var report = TinyRun.NewPath("two.html");
        Assert.That(HtmlReport.Write([one, other, one + "/"], [], report), Is.EqualTo(2));
        var text = File.ReadAllText(report);
        var parent = Path.GetFileName(Path.GetDirectoryName(other));
        Assert.That(text, Does.Match($@"<td>1</td><td>{parent}/same</td>"), "seed 1 is in the mean, the other has no last network");
    }

    [Test]
    public void A_curve_is_drawn_where_one_is_given()
    {
        var text = Report(TinyRun.Folder, """
            {"attack":"pgd7","axis":0,"budget":{"norm":0,"radius":0.0078431377},"points":[
            {"at":0.007843137718737125,"correct":34,"samples":50,"is_void":false},{"at":0.01568627543747425,"correct":21,"samples":50,"is_void":true}]}
            """);
        Assert.That(text, Does.Contain(Page.Escape("Accuracy under pgd7 against ε × 255")).And.Not.Contain("No curve against"));
        Assert.That(text, Does.Match(@"<th scope=""row"">2</th><td>68\.0 %</td>").And.Match(@"<th scope=""row"">4</th><td>–</td>"));
    }

    [Test]
    public void A_diagnosis_is_shown_in_its_words()
    {
        var text = Report(TinyRun.Folder, """
            {"options":{"timesteps":2,"batch":8,"seed":1,"stops_early":true},"samples":8,"clean_correct":6,"clean_accuracy95":{"lower":0.3,"upper":0.9},
            "attacks":[{"attack":"fgsm","budget":{"norm":0,"radius":0.015686275},"correct":3,"samples":8,"accuracy95":{"lower":0.1,"upper":0.8},"members":[]}],
            "layers":[],"warnings":["gradients vanish"],
            "diagnosis":{"options":{"budget":{"norm":0,"radius":0.015686275},"seed":1,"training_estimator":{"name":"bptt.PCW.1.0","spikes":true,"adapting":null},"samples":256},"attack":null,"checks":[{"name":"steps","state":1,"sentence":"More steps break more.","numbers":[]}],"curves":[]}}
            """);
        Assert.That(text, Does.Contain("Verdict: doubt, because: More steps break more.").And.Contain("gradients vanish").And.Contain("37.5 % (10.0 to 80.0)"));
    }

    private static string Report(string folder, string? evaluation = null)
    {
        var path = TinyRun.NewPath("report.html");
        var file = TinyRun.NewPath("evaluation.json");
        File.WriteAllText(file, evaluation ?? "");
        HtmlReport.Write([folder], evaluation is null ? [] : [file], path);
        return File.ReadAllText(path);
    }

    [GeneratedRegex("<script>")]
    private static partial Regex Scripts();
}
