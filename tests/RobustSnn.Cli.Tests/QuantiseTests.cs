using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;
using RobustSnn.Model;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn quantise</c>, and what other commands do with what it writes.</summary>
public sealed class QuantiseTests
{
    private TemporaryFolder folder = null!;

    private string Network => folder["network.safetensors"];

    private string Quantised => folder["quantised.safetensors"];

    [OneTimeSetUp]
    public void SaveNetworks()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
        SavedNetworks.Save(folder["reset.safetensors"], SavedNetworks.Reset);
        SavedNetworks.Save(folder["strong.safetensors"], model => model.Backend.Fill(model.Parameters["classifier.1.weight"].Value, 1000));
        SaveAnn(folder["ann.safetensors"]);
        Assert.That(Shell.Run("quantise", Network, "--bits", "8", "--samples", "4", "--out", Quantised).Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void It_measures_the_error_of_every_layer()
    {
        JsonElement report = Json("--bits", "6", "--samples", "8", "--layer-bits", "features.0=12", "classifier.4=10");
        JsonElement[] layers = [.. report.GetProperty("layers").EnumerateArray()];
        Assert.That(layers.Select(layer => layer.GetProperty("bits").GetInt32()), Is.EqualTo(new[] { 12, 6, 6, 6, 10 }));
        Assert.That(layers.Select(layer => layer.GetProperty("error").GetDouble()), Is.All.LessThan(0.2).And.Some.Positive);
        Assert.That(layers.Select(layer => layer.GetProperty("error").GetDouble() <= layer.GetProperty("nearest_error").GetDouble()), Is.All.True);
        Assert.That(layers.Sum(layer => layer.GetProperty("connections").GetInt32()), Is.EqualTo(report.GetProperty("connections").GetInt64()));
        Assert.That(report.GetProperty("others").GetArrayLength(), Is.EqualTo(4), "layers of neurons");
        Assert.That(report.GetProperty("weight_bytes").GetInt64(), Is.LessThan(report.GetProperty("float_weight_bytes").GetInt64()));
        Assert.That(report.GetProperty("images").GetInt32(), Is.EqualTo(8));
    }

    [Test]
    public void Without_images_it_rounds_to_the_nearest_and_knows_no_error()
    {
        JsonElement report = Json("--bits", "16", "--samples", "0");
        Assert.That(report.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("error").ValueKind), Is.All.EqualTo(JsonValueKind.Null));
    }

    [TestCase(@"(?m)^vggmini, T = 2, calibrated on 4 training images$")]
    [TestCase(@"(?m)^features\.0 +8 +\d+ +0\.\d+% +0\.\d+% +8 of 8$")]
    [TestCase(@"(?m)^features\.2 +– +– +– +– +\d of 8$")]
    [TestCase(@"(?m): [\d,]+ connections in [\d,]+ bytes, 2\.[0-3]\d each; in floats [\d,]+, 8\.\d\d each$")]
    public void It_tells(string pattern)
    {
        Outcome outcome = Shell.Run("quantise", Network, "--bits", "8", "--samples", "4", "--out", folder["told.safetensors"]);
        Assert.That(outcome.Output, Does.Match(pattern), outcome.Error);
    }

    [Test]
    public void The_same_call_writes_the_same_bytes()
    {
        Assert.That(Shell.Run("quantise", Network, "--bits", "8", "--samples", "4", "--out", folder["again.safetensors"]).Code, Is.Zero);
        Assert.That(File.ReadAllBytes(folder["again.safetensors"]), Is.EqualTo(File.ReadAllBytes(Quantised)));
    }

    [Test]
    public void Inspect_shows_it()
    {
        string output = Shell.Run("inspect", Quantised).Output;
        Assert.That(output, Does.Contain("format: rsnn-quantised-1"));
        Assert.That(output, Does.Match(@"(?m)^features\.4\.weight +I8 sparse +16 × 8 × 3 × 3 +\d+ \([\d.]+ %\)"));
        Assert.That(output, Does.Match(@"(?m)^features\.2\.v_th +I32 +8 "));
    }

    [Test]
    public void Export_writes_it_dense()
    {
        Outcome outcome = Shell.Run("export", Quantised, folder["dense.safetensors"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(Shell.Run("inspect", folder["dense.safetensors"]).Output, Does.Match(@"(?m)^features\.4\.weight +I8 +16 × 8 × 3 × 3 "));
    }

    [TestCase("energy")]
    [TestCase("quantise", "--bits", "8", "--out", "x.safetensors")]
    public void A_command_that_computes_in_floats_says_what_it_was_given(string command, params string[] options) =>
        AssertRefused("is a quantised checkpoint", [command, Quantised, .. options]);

    [TestCase("--bits: expected a whole number, found 'eight'", "--bits", "eight")]
    [TestCase("bits: expected 2 to 16, found 1", "--bits", "1")]
    [TestCase("bits: expected 2 to 16, found 17", "--bits", "17")]
    [TestCase("bits of features.4: expected 2 to 16, found 20", "--bits", "8", "--layer-bits", "features.4=20")]
    [TestCase("'features.5': expected a convolution or linear layer", "--bits", "8", "--layer-bits", "features.5=8")]
    [TestCase("features.0=16, found 'features.0'", "--bits", "8", "--layer-bits", "features.0")]
    [TestCase("found features.0 twice", "--bits", "8", "--layer-bits", "features.0=8", "features.0=9")]
    [TestCase("--data: expected with --samples", "--bits", "8", "--samples", "0", "--data", "shapes10")]
    [TestCase("nowhere", "--bits", "8", "--data", "nowhere/at-all")]
    public void What_cannot_be_is_refused(string saying, params string[] options)
    {
        string target = folder["refused.safetensors"];
        AssertRefused(saying, ["quantise", Network, "--out", target, .. options]);
        Assert.That(File.Exists(target), Is.False);
    }

    [TestCase("ann.safetensors", "activation of an ANN")]
    [TestCase("reset.safetensors", "conversion has reset")]
    [TestCase("missing.safetensors", "missing.safetensors")]
    [TestCase("strong.safetensors", "classifier.2: the threshold of channel 0")]
    public void Networks_that_cannot_be_quantised_are_refused(string file, string saying) =>
        AssertRefused(saying, "quantise", folder[file], "--bits", "8", "--out", folder["refused.safetensors"]);

    [Test]
    public void It_does_not_write_over_its_source() => AssertRefused(Network, "quantise", Network, "--bits", "8", "--out", Network);

    private JsonElement Json(params string[] options)
    {
        Outcome outcome = Shell.Run(["quantise", Network, "--out", folder["json.safetensors"], "--json", .. options]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static void AssertRefused(string saying, params string[] arguments)
    {
        Outcome outcome = Shell.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(saying));
    }

    private static void SaveAnn(string path)
    {
        using var backend = Backends.Open(options: new(1));
        Network ann = Architectures.build("vggmini", 10, new Shape(3, 32, 32), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using var model = new SpikingModel(ann, backend);
        model.Initialise(1);
        var random = new Random(2);
        foreach (ParameterTensor parameter in model.Parameters.All.Where(parameter => !parameter.Specification.Trainable))
        {
            parameter.Value.Upload([.. Enumerable.Range(0, parameter.Specification.Count).Select(_ => 0.2f + random.NextSingle())]);
        }

        ModelFile.Save(path, model, new ModelInfo("shapes10", 0, "pretrain"));
    }
}
