using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn evaluate --fixed-point</c>: networks in integers beside the one in floats that they came from.</summary>
public sealed class FixedPointEvaluateTests
{
    private TemporaryFolder folder = null!;

    private string Network => folder["snn.safetensors"];

    private string Quantised => folder["snn-8.safetensors"];

    [OneTimeSetUp]
    public void Save()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
        Assert.That(Shell.Run("quantise", Network, "--bits", "8", "--samples", "0", "--out", Quantised).Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void The_cost_of_each_width_is_the_difference_of_its_accuracies()
    {
        Outcome outcome = Evaluate("--fixed-point", "16,3", "--json");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        JsonElement floats = JsonDocument.Parse(outcome.Output).RootElement;
        JsonElement[] costs = [.. floats.GetProperty("fixed_point").EnumerateArray()];
        Assert.That(costs.Select(cost => cost.GetProperty("bits").GetInt32()), Is.EqualTo(new[] { 16, 3 }));
        foreach (JsonElement cost in costs)
        {
            JsonElement result = cost.GetProperty("result");
            Assert.That(cost.GetProperty("clean_cost").GetDouble(), Is.EqualTo(Clean(floats) - Clean(result)).Within(1e-12));
            Assert.That(cost.GetProperty("attack_costs")[0].GetDouble(), Is.EqualTo(Attacked(floats) - Attacked(result)).Within(1e-12));
        }

        double spikes = floats.GetProperty("spikes_per_image").GetDouble();
        Assert.That(costs[0].GetProperty("result").GetProperty("spikes_per_image").GetDouble(), Is.EqualTo(spikes).Within(0.02 * spikes), "16 bits");
        Assert.That(costs[1].GetProperty("result").GetProperty("spikes_per_image").GetDouble(), Is.Not.EqualTo(spikes), "3 bits are another network");
    }

    [Test]
    public void A_row_is_written_for_each_network() => Assert.That(Evaluate("--fixed-point", "16", "--fixed-point", "3,16").Output, Does
        .Match(@"(?m)^floats +[\d.]+ % \(").And.Match(@"(?m)^16 bits +[\d.]+ % \(.*\) +[+-]?[\d.]+ +[\d.]+ % \(").And.Match(@"(?m)^3 bits +[\d.]+ % \("));

    [Test]
    public void Ledgers_of_floats_and_of_different_bits_do_not_merge()
    {
        Assert.That(Evaluate("--fixed-point", "16,3", "--ledger", folder["all.jsonl"]).Code, Is.Zero);
        string[] ledgers = [folder["all.jsonl"], folder["all.16-bits.jsonl"], folder["all.3-bits.jsonl"]];
        foreach (var (one, other) in ledgers.SelectMany(one => ledgers.Where(other => other != one).Select(other => (one, other))))
        {
            Outcome merged = Shell.Run("ledger", one, other, "--out", folder["merged.jsonl"]);
            Assert.That(merged.Code, Is.EqualTo(ExitCode.BadInput));
            Assert.That(merged.Error, Does.Contain("'fixed_point_bits' expected"));
        }

        byte[][] before = [.. ledgers.Select(File.ReadAllBytes)];
        File.Delete(ledgers[2]); // as if it had been broken off before
        Outcome resumed = Evaluate("--fixed-point", "16,3", "--ledger", folder["all.jsonl"], "--resume");
        Assert.That(resumed.Code, Is.Zero, resumed.Error);
        Assert.That(ledgers.Select(File.ReadAllBytes), Is.EqualTo(before));
    }

    [Test]
    public void A_file_of_integers_is_evaluated_as_the_same_network_is_that_is_quantised_on_the_way()
    {
        JsonElement onTheWay = JsonDocument.Parse(Evaluate("--fixed-point", "8", "--json").Output).RootElement.GetProperty("fixed_point")[0].GetProperty("result");
        Outcome outcome = EvaluateFile("--gradients", Network, "--json", "--ledger", folder["file.jsonl"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        JsonElement result = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.That(result.GetProperty("clean_correct").GetInt32(), Is.EqualTo(onTheWay.GetProperty("clean_correct").GetInt32()));
        Assert.That(result.GetProperty("attacks").GetRawText(), Is.EqualTo(onTheWay.GetProperty("attacks").GetRawText()));
        Assert.That(result.GetProperty("layers").GetRawText(), Is.EqualTo(onTheWay.GetProperty("layers").GetRawText()));

        JsonElement inferred = JsonDocument.Parse(Shell.Run("infer", Quantised, "--samples", "20", "--threads", "1", "--json").Output).RootElement;
        Assert.That(inferred.GetProperty("correct").GetInt32(), Is.EqualTo(result.GetProperty("clean_correct").GetInt32()));
        Assert.That(inferred.GetProperty("layers").GetRawText(), Is.EqualTo(result.GetProperty("layers").GetRawText()));
        Assert.That(inferred.GetProperty("backend").GetString(), Does.StartWith("integers on cpu"));
    }

    [Test]
    public void A_network_in_integers_is_diagnosed()
    {
        Outcome outcome = EvaluateFile("--gradients", Network, "--diagnose", "--json");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(JsonDocument.Parse(outcome.Output).RootElement.GetProperty("diagnosis").GetProperty("checks").GetArrayLength(), Is.Positive);
    }

    [Test]
    public void Networks_in_integers_are_refused_where_they_do_not_fit()
    {
        string other = folder["other.safetensors"];
        SavedNetworks.Save(other, model => model.Parameters["classifier.4.bias"].Value.Upload([.. Enumerable.Repeat(1f, 10)]));
        Assert.Multiple(() =>
        {
            Refused("expected with --gradients CHECKPOINT", EvaluateFile());
            Refused($"was made from another network than {other}", EvaluateFile("--gradients", other));
            Refused("--timesteps: expected 2, for which the sums of", EvaluateFile("--gradients", Network, "--timesteps", "3"));
            Refused("--fixed-point: expected with a network in floats", EvaluateFile("--fixed-point", "8"));
            Refused("--gradients: expected with a network in integers", Evaluate("--gradients", Network));
            Refused("expected --backend cpu, found cuda", Shell.Run("infer", Quantised, "--backend", "cuda"));
            Refused("--timesteps: expected 2, for which the sums of", Shell.Run("infer", Quantised, "--timesteps", "1"));
        });

        static void Refused(string saying, Outcome outcome)
        {
            Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), saying);
            Assert.That(outcome.Error, Does.Contain(saying));
        }
    }

    private static double Clean(JsonElement result) => result.GetProperty("clean_accuracy").GetDouble();

    private static double Attacked(JsonElement result) => result.GetProperty("attacks")[0].GetProperty("accuracy").GetDouble();

    private Outcome Evaluate(params string[] options) => EvaluateIn(Network, options);

    private Outcome EvaluateFile(params string[] options) => EvaluateIn(Quantised, options);

    private static Outcome EvaluateIn(string checkpoint, string[] options) =>
        Shell.Run(["evaluate", checkpoint, "--samples", "20", "--threads", "1", "--attack", "pgd3", "--epsilon", "8/255", .. options]);
}
