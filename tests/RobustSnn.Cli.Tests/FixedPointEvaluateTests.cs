using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn evaluate --fixed-point</c>: networks in integers beside the one in floats that they came from.</summary>
public sealed class FixedPointEvaluateTests
{
    private TemporaryFolder folder = null!;

    private string Network => folder["snn.safetensors"];

    [OneTimeSetUp]
    public void Save()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
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
    public void A_row_is_written_for_each_network() => Assert.That(Evaluate("--fixed-point", "16,3").Output, Does
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

    private static double Clean(JsonElement result) => result.GetProperty("clean_accuracy").GetDouble();

    private static double Attacked(JsonElement result) => result.GetProperty("attacks")[0].GetProperty("accuracy").GetDouble();

    private Outcome Evaluate(params string[] options) =>
        Shell.Run(["evaluate", Network, "--samples", "20", "--threads", "1", "--attack", "pgd3", "--epsilon", "8/255", .. options]);
}
