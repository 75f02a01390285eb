using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn infer</c> on checkpoints with random weights: what it says, beside what <c>rsnn evaluate</c> says.</summary>
public sealed class InferTests
{
    private const string Samples = "30";

    private TemporaryFolder folder = null!;

    private string Network => folder["network.safetensors"];

    [OneTimeSetUp]
    public void SaveNetworks()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
        SavedNetworks.Save(folder["reset.safetensors"], SavedNetworks.Reset);
        SavedNetworks.Save(folder["nan.safetensors"], SavedNetworks.Overflow);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [TestCase("64", "3")]
    [TestCase("7", "3")]
    [TestCase("1", "3")]
    [TestCase("8", "0")]
    public void It_finds_what_evaluate_finds(string batch, string timesteps)
    {
        string[] common = ["--samples", Samples, "--batch", batch, "--timesteps", timesteps, "--json"];
        JsonElement inferred = Json(["infer", Network, .. common]);
        JsonElement evaluated = Json(["evaluate", Network, "--attack", "clean", .. common]);
        Assert.That(inferred.GetProperty("samples").GetInt32(), Is.EqualTo(int.Parse(Samples, CultureInfo.InvariantCulture)));
        Assert.That(inferred.GetProperty("correct").GetInt32(), Is.EqualTo(evaluated.GetProperty("clean_correct").GetInt32()).Within(1));
        Assert.That(Layers(inferred), Is.EqualTo(Layers(evaluated)));
        Assert.That(Layers(inferred).Count(), Is.EqualTo(timesteps == "0" ? 0 : 4));
        foreach ((JsonElement found, JsonElement expected) in Activities(inferred).Zip(Activities(evaluated)))
        {
            Assert.That(found.GetProperty("spikes_per_image").GetDouble(), Is.Positive.And.EqualTo(expected.GetProperty("spikes_per_image").GetDouble()).Within(0.5).Percent);
            Assert.That(found.GetProperty("spike_rate").GetDouble(), Is.EqualTo(expected.GetProperty("spike_rate").GetDouble()).Within(0.5).Percent);
        }
    }

    [TestCase(@"(?m)^30 images, T = 2, batch 30, cpu")]
    [TestCase(@"(?m)^accuracy [\d.]+ % \([\d.]+ to [\d.]+\)$")]
    [TestCase(@"(?m)^[\d.]+ images/s$")]
    [TestCase(@"(?m)^features\.2 +8,192 +[\d,]+ +[\d.]+ %$")]
    [TestCase(@"(?m)^all +13,336 +[\d,]+ +[\d.]+ %$")]
    public void It_tells(string pattern) => Assert.That(Shell.Run("infer", Network, "--samples", Samples).Output, Does.Match(pattern));

    [Test]
    public void A_line_an_image_has_the_index_label_prediction_and_logits()
    {
        JsonElement result = Json("infer", Network, "--samples", Samples, "--batch", "8", "--out", folder["predictions.csv"], "--json");
        string[][] lines = [.. File.ReadAllLines(folder["predictions.csv"]).Select(line => line.Split(','))];
        Assert.That(lines[0], Is.EqualTo(new[] { "index", "label", "prediction" }.Concat(Enumerable.Range(0, 10).Select(label => $"logit_{label}"))));
        Assert.That(lines[1..], Has.Length.EqualTo(30).And.All.Length.EqualTo(13));
        Assert.That(lines[1..].Select(line => int.Parse(line[0], CultureInfo.InvariantCulture)), Is.Unique);
        Assert.That(lines[1..].Count(line => line[1] == line[2]), Is.EqualTo(result.GetProperty("correct").GetInt32()));
        Assert.That(lines[1..].Select(line => int.Parse(line[2], CultureInfo.InvariantCulture)), Is.EqualTo(lines[1..].Select(Largest)));
        Assert.That(lines[1..].SelectMany(line => line[3..]), Is.All.Matches<string>(text =>
            float.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture) == text));

        static int Largest(string[] line)
        {
            float[] logits = [.. line[3..].Select(text => float.Parse(text, CultureInfo.InvariantCulture))];
            return Array.IndexOf(logits, logits.Max());
        }
    }

    [Test]
    public void Logits_that_are_no_numbers_are_warned_of()
    {
        Outcome outcome = Shell.Run("infer", folder["nan.safetensors"], "--samples", Samples, "--out", folder["nan.csv"]);
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Error, Does.Match(@"\d+ of 30 images have logits that are no numbers"));
        Assert.That(File.ReadAllLines(folder["nan.csv"]), Has.Some.Match(@"^\d+,\d+,-1,.*(NaN|Infinity|∞)"));
    }

    [TestCase("nowhere", "--data", "nowhere")]
    [TestCase("100000000", "--samples", "100000000")]
    public void It_refuses_what_is_not_there(string named, params string[] arguments) => AssertRefused(named, ["infer", Network, .. arguments]);

    [Test]
    public void It_refuses_statistics_that_nobody_estimated() => AssertRefused("BatchNorm statistics", "infer", folder["reset.safetensors"]);

    [Test]
    public void What_is_refused_leaves_an_older_file_alone()
    {
        File.WriteAllText(folder["old.csv"], "old");
        AssertRefused("100000000", "infer", Network, "--samples", "100000000", "--out", folder["old.csv"]);
        Assert.That(File.ReadAllText(folder["old.csv"]), Is.EqualTo("old"));
    }

    [Test]
    public void It_can_be_interrupted()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Outcome outcome = Shell.Run(cancellation.Token, new StringWriter(), "infer", Network, "--samples", Samples, "--out", folder["interrupted.csv"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(File.Exists(folder["interrupted.csv"]), Is.False);
    }

    private static void AssertRefused(string named, params string[] arguments)
    {
        Outcome outcome = Shell.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(named));
    }

    private static JsonElement Json(params string[] arguments)
    {
        Outcome outcome = Shell.Run(arguments);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static IEnumerable<JsonElement> Activities(JsonElement result) => result.GetProperty("layers").EnumerateArray();

    private static IEnumerable<string?> Layers(JsonElement result) => Activities(result).Select(layer => layer.GetProperty("layer").GetString());
}
