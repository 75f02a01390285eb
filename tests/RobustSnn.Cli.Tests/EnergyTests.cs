using System.Buffers.Binary;
using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn energy</c> on checkpoints with random weights: what it says, beside what other commands and the file say.</summary>
public sealed class EnergyTests
{
    private const string Samples = "30";

    private TemporaryFolder folder = null!;

    private string Network => folder["network.safetensors"];

    private string Dense => folder["dense.safetensors"];

    [OneTimeSetUp]
    public void SaveNetworks()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
        SavedNetworks.Save(Dense, _ => { }, isPruned: false);
        SavedNetworks.Save(folder["reset.safetensors"], SavedNetworks.Reset);
        SavedNetworks.Save(folder["nan.safetensors"], SavedNetworks.Overflow);
        using var backend = Backends.Open(options: new(1));
        using var ann = new SpikingModel(
            Architectures.build("vggmini", 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]), backend);
        ann.Initialise(1);
        backend.Fill(ann.Parameters["features.1.running_mean"].Value, 0.1f);
        ModelFile.Save(folder["ann.safetensors"], ann, new ModelInfo("shapes10", 0, "pretrain"));
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [TestCase("64")]
    [TestCase("7")]
    public void Spikes_are_those_that_evaluate_finds(string batch)
    {
        JsonElement energy = Json("energy", Network, "--samples", Samples, "--batch", batch).GetProperty("clean");
        JsonElement evaluated = Json("evaluate", Network, "--attack", "clean", "--samples", Samples, "--batch", batch);
        Assert.That(energy.GetProperty("correct").GetInt32(), Is.EqualTo(evaluated.GetProperty("clean_correct").GetInt32()));
        Assert.That(Figures(energy, "neurons", "spike_rate"), Is.EqualTo(Figures(evaluated, "layers", "spike_rate")).And.All.Positive);
        Assert.That(energy.GetProperty("operations").GetDouble(), Is.EqualTo(Figures(energy, "neurons", "operations").Sum()).And.Positive);
        Assert.That(energy.GetProperty("dense_over_this").GetDouble(), Is.InRange(1.7, 2.3));
    }

    [Test]
    public void Integers_have_spikes_of_their_own_and_cost_what_their_additions_do([Values(8, 16)] int bits)
    {
        JsonElement energy = Json("energy", Network, "--samples", Samples, "--fixed-point", $"{bits}", "--attack", "fgsm");
        JsonElement integers = energy.GetProperty("fixed_point");
        JsonElement evaluated = Json("evaluate", Network, "--attack", "clean", "--samples", Samples, "--fixed-point", $"{bits}")
            .GetProperty("fixed_point")[0].GetProperty("result");
        JsonElement clean = integers.GetProperty("clean");
        Assert.That(clean.GetProperty("correct").GetInt32(), Is.EqualTo(evaluated.GetProperty("clean_correct").GetInt32()));
        Assert.That(Figures(clean, "neurons", "spike_rate"), Is.EqualTo(Figures(evaluated, "layers", "spike_rate")).And.All.Positive);
        JsonElement[] layers = [.. integers.GetProperty("estimate").GetProperty("layers").EnumerateArray()];
        double additions = layers.Sum(layer => layer.GetProperty("additions").GetDouble());
        double multiplications = layers[0].GetProperty("multiplications").GetDouble();
        Assert.That(additions, Is.EqualTo(clean.GetProperty("operations").GetDouble() + multiplications).Within(1e-6 * additions));
        JsonElement estimate = integers.GetProperty("estimate");
        double multiplying = multiplications * (bits == 8 ? 0.2 : 3.1);
        Assert.That(estimate.GetProperty("picojoules_at8").GetDouble(), Is.EqualTo(multiplying + 0.03 * additions).Within(1e-6 * additions));
        Assert.That(estimate.GetProperty("picojoules_at16").GetDouble(), Is.EqualTo(multiplying + 0.05 * additions).Within(1e-6 * additions));
        Assert.That(estimate.GetProperty("picojoules_at32").GetDouble(), Is.EqualTo(multiplying + 0.1 * additions).Within(1e-6 * additions));
        Assert.That(estimate.GetProperty("picojoules").GetDouble(), Is.EqualTo(multiplying + layers.Sum(layer => layer.GetProperty("additions").GetDouble()
            * layer.GetProperty("sum_bits").GetInt32() switch { 8 => 0.03, 16 => 0.05, _ => 0.1 })).Within(1e-6 * additions));
        Assert.That(integers.GetProperty("attacked").GetProperty("operations").GetDouble(), Is.Positive);
        Assert.That(integers.GetProperty("bytes_per_connection").GetDouble(), Is.InRange(3, 40));
    }

    [Test]
    public void Integers_are_written_beside_floats_with_their_assumptions() => Assert.That(
        Shell.Run("energy", Network, "--samples", Samples, "--fixed-point", "8").Output, Does
            .Match("(?m)^in integers, weights of 8 bits: accuracy ").And.Match(@"(?m)^in floats +[\d,]+ +[\d,]+ +[\d.]+$")
            .And.Match(@"(?m)^in integers, sums as wide as proved +[\d,]+ +[\d,]+ +[\d.]+$").And.Contain("0.03 pJ of 8 bits, 0.05 of 16, 0.1 of 32"));

    [Test]
    public void Memory_is_the_files_but_for_its_header()
    {
        byte[] file = File.ReadAllBytes(Network);
        long behind = file.Length - sizeof(ulong) - (long)BinaryPrimitives.ReadUInt64LittleEndian(file);
        JsonElement memory = Json("energy", Network, "--samples", "1").GetProperty("memory");
        Assert.That(memory.GetProperty("bytes").GetInt64(), Is.EqualTo(behind));
        Assert.That(memory.GetProperty("weights").GetInt64(), Is.LessThan(memory.GetProperty("dense_weights").GetInt64()));
    }

    [Test]
    public void On_a_processor_it_says_why_nothing_was_measured()
    {
        string[] line = ["energy", Network, "--samples", "1"];
        Assert.That(Shell.Run(line).Output, Does.Match("(?m)^what the device takes was not measured: cpu .*does not read what its device takes"));
        JsonElement found = Json(line);
        Assert.That(found.GetProperty("measured").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(found.GetProperty("why_not_measured").GetString(), Does.StartWith("cpu "));
    }

    [Test]
    public void Another_network_is_counted_on_the_same_images()
    {
        JsonElement found = Json("energy", Network, "--samples", Samples, "--against", Dense);
        JsonElement alone = Json("energy", Dense, "--samples", Samples).GetProperty("clean");
        JsonElement against = found.GetProperty("against");
        Assert.That(against.GetProperty("clean").GetRawText(), Is.EqualTo(alone.GetRawText()));
        Assert.That(against.GetProperty("energy_over_this").GetDouble(),
            Is.EqualTo(alone.GetProperty("operations").GetDouble() / found.GetProperty("clean").GetProperty("operations").GetDouble()));
    }

    [Test]
    public void Under_attack_it_counts_too()
    {
        JsonElement found = Json("energy", Network, "--samples", Samples, "--attack", "pgd2", "--epsilon", "16/255");
        Assert.That((found.GetProperty("attack").GetString(), found.GetProperty("epsilon").GetString()), Is.EqualTo(("pgd2", "16/255")));
        Assert.That(found.GetProperty("attacked").GetProperty("samples").GetInt32(), Is.EqualTo(30));
        Assert.That(Figures(found.GetProperty("attacked"), "neurons", "spike_rate"),
            Is.Not.EqualTo(Figures(found.GetProperty("clean"), "neurons", "spike_rate")).And.All.Positive);
        Assert.That(Json("energy", Network, "--samples", "1").GetProperty("attacked").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase(@"(?m)^30 images, T = 2, accuracy [\d.]+ %, under fgsm at ε = 8/255 [\d.]+ %$")]
    [TestCase(@"(?m)^features\.2 +8,192 +[\d,]+ +[\d.]+ % +[\d,]+ +[\d,]+ +[\d.]+ +[\d.]+ % +[\d.]+ % +[\d,]+$")]
    [TestCase(@"(?m)^all +13,336 ")]
    [TestCase(@"(?m)^features\.0 +the image +[\d,]+ +[\d.]+ % +[\d,]+ +864 +[\d,]+ +–$")]
    [TestCase(@"(?m)^equation 12, counted: [\d,]+ synaptic operations an image; .* [\d.]+ times as many$")]
    [TestCase(@"(?m)^mean rates times connections would say [\d,]+: off by [+-][\d.]+ %$")]
    [TestCase(@"(?m)dense\.safetensors at T = 2: [\d,]+ spikes and [\d,]+ operations an image, [\d.]+ times this network's$")]
    [TestCase(@"(?m)^same network as ANN +[\d,]+ +0 ")]
    [TestCase(@"(?m)^prices: 4\.6 pJ a multiply-accumulate, 0\.9 pJ an accumulate, 12\.5 pJ a byte on the chip, 162\.5 pJ a byte of DRAM; .*Horowitz")]
    public void It_tells(string pattern) => Assert.That(
        Shell.Run("energy", Network, "--samples", Samples, "--attack", "fgsm", "--against", Dense).Output, Does.Match(pattern));

    [TestCase("nowhere", "network", "--data", "nowhere")]
    [TestCase("100000000", "network", "--samples", "100000000")]
    [TestCase("expected with --attack", "network", "--epsilon", "8/255")]
    [TestCase("--epsilon: expected a radius", "network", "--attack", "pgd", "--epsilon", "8")]
    [TestCase("one gradient estimator", "network", "--attack", "pgd_ens")]
    [TestCase("pgdd", "network", "--attack", "pgdd")]
    [TestCase("--timesteps: expected 1 or more", "network", "--timesteps", "0")]
    [TestCase("ann.safetensors: ", "network", "--against", "ann.safetensors")]
    [TestCase("multiply-accumulates an image", "ann")]
    [TestCase("BatchNorm statistics", "reset")]
    [TestCase("nan.safetensors: ", "nan")]
    public void It_refuses(string named, string network, params string[] arguments)
    {
        string[] files = Array.ConvertAll(arguments, argument => argument.EndsWith(".safetensors", StringComparison.Ordinal) ? folder[argument] : argument);
        Outcome outcome = Shell.Run(["energy", folder[$"{network}.safetensors"], .. files.Contains("--samples") ? [] : (string[])["--samples", Samples], .. files]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(named));
        Assert.That(outcome.Output, Is.Empty);
    }

    [Test]
    public void Help_says_which_images_attacks_leave_unchanged() =>
        Assert.That(Shell.Run("energy", "--help").Output, Does.Contain("square, fab and fab-t leave unchanged").And.Not.Contain("All images are attacked"));

    [Test]
    public void A_silent_network_has_no_ratios()
    {
        SavedNetworks.Save(folder["silent.safetensors"], model =>
        {
            foreach (ParameterTensor parameter in model.Parameters.All.Where(parameter => parameter.Specification.Kind.IsThreshold))
            {
                parameter.Value.Upload([1e9f]);
            }
        });
        Outcome outcome = Shell.Run("energy", folder["silent.safetensors"], "--samples", Samples, "--against", Network);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("counted: 0 synaptic operations an image").And.Contain("– times as many").And.Contain("– times this network's"));
        Assert.That(outcome.Output, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("Infinity"));
    }

    [Test]
    public void It_can_be_interrupted()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.That(Shell.Run(cancellation.Token, new StringWriter(), "energy", Network, "--samples", Samples).Code, Is.EqualTo(ExitCode.Interrupted));
    }

    private static JsonElement Json(params string[] arguments)
    {
        Outcome outcome = Shell.Run([.. arguments, "--json"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static double[] Figures(JsonElement result, string rows, string figure) =>
        [.. result.GetProperty(rows).EnumerateArray().Select(row => row.GetProperty(figure).GetDouble())];
}
