using System.Globalization;
using System.Text.Json;
using NUnit.Framework;

namespace RobustSnn.Cli.Tests;

public sealed class BenchTests
{
    private static readonly string[] Small = ["bench", "--architecture", "vggmini", "--batch", "2", "--warm-up", "0", "--repeat", "1"];

    [TestCase("infer")]
    [TestCase("bptt")]
    [TestCase("trades")]
    [TestCase("ann_infer")]
    [TestCase("ann_step")]
    public void A_phase_is_timed(string phase)
    {
        Outcome outcome = Shell.Run([.. Small, "--timesteps", "2", "--phase", phase, "--sparsity", "0.5", "--json"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        JsonElement report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.That(report.GetProperty($"{phase}_images_per_s").GetDouble(), Is.Positive);
        Assert.That(report.GetProperty($"{phase}_peak_bytes").GetInt64(), Is.Positive);
    }

    [Test]
    public void The_kernel_that_computed_each_layer_is_told([Values("infer", "bptt", "ann_step")] string phase, [Values("0", "0.9")] string sparsity)
    {
        string[] line = [.. Small, "--timesteps", "2", "--phase", phase, "--sparsity", sparsity];
        JsonElement[] layers = [.. JsonDocument.Parse(Shell.Run([.. line, "--json"]).Output).RootElement.GetProperty($"{phase}_routes").EnumerateArray()];
        Assert.That(layers, Has.Length.EqualTo(5));
        string kernel = sparsity == "0" ? "dense" : "by ";
        foreach (JsonElement layer in layers)
        {
            Assert.That(layer.GetProperty("forward").GetString(), Does.StartWith(kernel), layer.ToString());
            Assert.That(layer.GetProperty("weight_gradient").GetString(), phase == "infer" ? Is.Null : Does.StartWith(kernel), layer.ToString());
        }

        Assert.That(Shell.Run(line).Output, Does.Match($"(?m)^{phase}: how each layer was computed$")
            .And.Match($@"(?m)^classifier\.4 +[\d×]+ +{layers[^1].GetProperty("forward").GetString()}"));
    }

    [TestCase("--phase", "infer,bptt")]
    [TestCase("--phase", "infer", "--phase", "bptt")]
    public void Phases_may_be_several(params string[] phases)
    {
        string output = Shell.Run([.. Small, "--timesteps", "2", .. phases]).Output;
        Assert.That(output, Does.Contain("images_per_s").And.Match(@"(?m)^infer +\d").And.Match(@"(?m)^bptt +\d").And.Not.Contain("trades"));
    }

    [Test]
    public void Memory_is_told_before_a_phase_runs_and_traffic_where_there_is_a_device()
    {
        string output = Shell.Run([.. Small, "--timesteps", "2", "--phase", "infer,bptt"]).Output;
        Assert.That(output, Does.Match(@"(?m)^infer takes [\d.]+ MB: .* MB are free$").And.Match(@"(?m)^bptt takes [\d.]+ MB: "));
        Assert.That(output.IndexOf("bptt takes", StringComparison.Ordinal), Is.LessThan(output.IndexOf("images_per_s", StringComparison.Ordinal)));
        Assert.That(output, Does.Not.Contain("uploads"), "the processor's memory is the host's");
    }

    [Test]
    public void Every_layer_fires_at_the_rate_that_is_wanted([Values("0.1", "0.3,0.2,0.1,0.15")] string rates, [Values("0", "0.9")] string sparsity)
    {
        JsonElement report = Rates("vggmini", rates, sparsity);
        double[] wanted = [.. rates.Split(',').Select(rate => double.Parse(rate, CultureInfo.InvariantCulture))];
        JsonElement[] layers = [.. report.GetProperty("spike_rates").EnumerateArray()];
        Assert.That(layers.Select(layer => layer.GetProperty("target").GetDouble()),
            Is.EqualTo(wanted.Length == 1 ? Enumerable.Repeat(wanted[0], 4) : wanted));
        foreach (JsonElement layer in layers)
        {
            // The images that are timed are others than those of the calibration, and the last layer has 24 neurons.
            double tolerance = layer.GetProperty("neurons").GetInt32() > 100 ? 0.02 : 0.08;
            Assert.That(layer.GetProperty("rate").GetDouble(), Is.EqualTo(layer.GetProperty("target").GetDouble()).Within(tolerance), layer.ToString());
        }
    }

    [TestCase("vggmini")]
    [TestCase("vggsmall")]
    public void The_profile_averages_13_percent_and_falls_with_depth(string architecture)
    {
        JsonElement report = Rates(architecture, "p2", "0.9");
        JsonElement[] layers = [.. report.GetProperty("spike_rates").EnumerateArray()];
        double neurons = layers.Sum(layer => layer.GetProperty("neurons").GetDouble());
        double mean = layers.Sum(layer => layer.GetProperty("target").GetDouble() * layer.GetProperty("neurons").GetDouble()) / neurons;
        Assert.That(mean, Is.EqualTo(0.13).Within(1e-9));
        Assert.That(report.GetProperty("spike_rate").GetDouble(), Is.InRange(0.12, 0.14));
        Assert.That(layers[..3].Select(layer => layer.GetProperty("target").GetDouble()), Is.Ordered.Descending);
        Assert.That(layers[3].GetProperty("target").GetDouble(), Is.GreaterThan(layers[2].GetProperty("target").GetDouble()), "the last rises a little");
    }

    [Test]
    public void Without_a_rate_nothing_is_calibrated_or_told()
    {
        Outcome outcome = Shell.Run([.. Small, "--phase", "infer", "--timesteps", "2", "--json"]);
        Assert.That(outcome.Output, Does.Not.Contain("spike_rate"));
    }

    [Test]
    public void Rates_are_a_table()
    {
        Outcome outcome = Shell.Run([.. Small, "--phase", "infer", "--timesteps", "2", "--spike-rate", "0.1"]);
        Assert.That(outcome.Output, Does.Match(@"(?m)^[\d.]+ % of neuron-steps fire$").And.Match(@"(?m)^features\.6 +4,096 +10\.0 % +[\d.]+ %$"));
    }

    [Test]
    public void More_steps_need_more_memory() => Assert.That(PeakBytes("32"), Is.GreaterThan(PeakBytes("2")));

    [Test]
    public void Integers_are_timed_beside_floats([Values(8, 16)] int bits)
    {
        string[] line = [.. Small, "--timesteps", "2", "--sparsity", "0.5", "--fixed-point", $"{bits}"];
        JsonElement report = JsonDocument.Parse(Shell.Run([.. line, "--json"]).Output).RootElement;
        Assert.That(report.GetProperty("fixed_point_bits").GetInt32(), Is.EqualTo(bits));
        Assert.That(report.GetProperty("infer_images_per_s").GetDouble(), Is.Positive);
        Assert.That(report.GetProperty("infer_fixed_point_images_per_s").GetDouble(), Is.Positive);
        Assert.That(report.GetProperty("infer_fixed_point_peak_bytes").GetInt64(), Is.Positive);

        // 4 in lists of weights; more where weights are cut into several sums or have a column a digit, as it is by the machine's vectors.
        Assert.That(report.GetProperty("infer_fixed_point_bytes_per_connection").GetDouble(), Is.InRange(3, 40));
        Assert.That(report.GetProperty("infer_fixed_point_spike_rate").GetDouble(), Is.GreaterThan(0).And.LessThan(1));
        Assert.That(report.TryGetProperty("bptt_images_per_s", out _), Is.False);
        Assert.That(Shell.Run(line).Output, Does.Match($@"(?m)^infer +\d").And.Match($@"(?m)^infer, {bits} bits +\d").And.Match($@"(?m)^{bits} bits over floats: [\d.]+ times"));
    }

    [TestCase("expected 2 to 16 bits, found '1'", "--fixed-point", "1")]
    [TestCase("expected 2 to 16 bits, found '17'", "--fixed-point", "17")]
    [TestCase("expected 2 to 16 bits, found 'eight'", "--fixed-point", "eight")]
    [TestCase("expected the phase infer alone, found bptt", "--fixed-point", "8", "--phase", "infer,bptt")]
    [TestCase("expected the phase infer alone, found ann_infer", "--fixed-point", "8", "--phase", "ann_infer")]
    [TestCase("expected --backend cpu, found cuda", "--fixed-point", "8", "--backend", "cuda")]
    [TestCase("--timesteps: expected 1 or more, found 0", "--fixed-point", "8", "--timesteps", "0")]
    public void What_integers_do_not_compute_is_refused(string because, params string[] options)
    {
        Outcome outcome = Shell.Run([.. Small, .. options]);
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(because));
    }

    private static JsonElement Rates(string architecture, string rates, string sparsity)
    {
        Outcome outcome = Shell.Run("bench", "--architecture", architecture, "--batch", "4", "--warm-up", "0", "--repeat", "1", "--phase", "infer", "--timesteps", "4",
            "--sparsity", sparsity, "--spike-rate", rates, "--json");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static long PeakBytes(string timesteps) => JsonDocument
        .Parse(Shell.Run([.. Small, "--phase", "bptt", "--timesteps", timesteps, "--json"]).Output)
        .RootElement.GetProperty("bptt_peak_bytes").GetInt64();
}
