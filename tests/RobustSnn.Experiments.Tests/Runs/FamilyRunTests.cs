using System.Text.Json.Nodes;
using RobustSnn.Engine;
using RobustSnn.Engine.Cpu;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Whole experiments with networks that have no architecture's name.</summary>
[TestFixture]
public sealed class FamilyRunTests
{
    private const string Text = """
        base: shapes10-quick
        name: tiny
        data: { train_count: 32, test_count: 4, validation_count: 8 }
        network: { architecture: null, timesteps: 2, NETWORK }
        batch_size: 12
        pretrain: { epochs: 1, attack_steps: 1 }
        finetune_ann: { epochs: 1, attack_steps: 1 }
        convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
        finetune_snn: { epochs: 1 }
        evaluate: { samples: 4, batch_size: 4, attacks: [fgsm] }
        """;

    [TestCase("family: vgg, layers: [4, 4, M, 6, A], head: [8, 8], dropout: 0.2", "vgg [4, 4, M, 6, A] [8, 8]")]
    [TestCase("family: vgg, layers: [4, A, 4, A], pooled: true", "vgg [4, A, 4, A] []")]
    [TestCase("family: vgg, layers: [], head: [8]", "vgg [] [8]")]
    [TestCase("family: resnet, depth: 8", "resnet8")]
    [TestCase("family: wrn, depth: 10, widen: 1", "wrn10-1")]
    public void A_run_goes_to_its_end_and_its_checkpoints_load(string network, string label)
    {
        using var folder = new TemporaryFolder();
        using var backend = Backends.Open(options: new(1));
        var settings = Settings(network);
        var results = ExperimentRun.Run(settings, folder.File("run"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(results.Complete, Is.True);
        Assert.That(SettingsReader.ReadFile(RunFolder.ExperimentFile(folder.File("run"))), Is.EqualTo(settings));
        using var loaded = ModelFile.Load(Path.Combine(folder.File("run"), "finetuned-snn.safetensors"), backend).Model;
        Assert.That(loaded.Network.Architecture, Is.EqualTo(label));
        Assert.That(Graph.neurons(loaded.Network).IsEmpty, Is.False);
    }

    [Test]
    public void A_network_that_does_not_fit_the_images_is_refused_before_there_is_a_folder()
    {
        using var folder = new TemporaryFolder();
        using var backend = Backends.Open(options: new(1));
        var settings = Settings("family: vgg, layers: [4, A, A, A, A, A, A]");
        Assert.That(
            () => ExperimentRun.Run(settings, folder.File("run"), false, backend, new Silent(), CancellationToken.None),
            Refuses.Saying("vgg [4, A, A, A, A, A, A] []", "features.8: AveragePool expects rows and columns that 2 divides"));
        Assert.That(Directory.Exists(folder.File("run")), Is.False);
    }

    /// <summary>Whoever removes a checkpoint and goes on has another network: figures of the one before say nothing about it.</summary>
    [Test]
    public void A_network_that_is_made_anew_is_evaluated_anew()
    {
        using var folder = new TemporaryFolder();
        using var backend = Backends.Open(options: new(1));
        var run = folder.File("run");
        var settings = Settings("family: vgg, layers: [4, A, 4, A], pooled: true");
        var first = ExperimentRun.Run(settings, run, false, backend, new Silent(), CancellationToken.None);
        var stored = Path.Combine(run, "results.json");
        var spoilt = JsonNode.Parse(File.ReadAllText(stored))!;
        foreach (var row in spoilt["rows"]!.AsArray())
        {
            row!["clean"] = 0.125;
        }

        File.WriteAllText(stored, spoilt.ToJsonString());
        File.Delete(Path.Combine(run, "finetuned-snn.safetensors"));
        var second = ExperimentRun.Run(settings, run, true, backend, new Silent(), CancellationToken.None);
        Assert.That(second.Rows.Select(row => row.Clean), Is.EqualTo(new[] { 0.125, 0.125, 0.125, first.Rows[3].Clean }));
    }

    private static ExperimentSettings Settings(string network) =>
        SettingsReader.Read(Text.Replace("NETWORK", network, StringComparison.Ordinal), "file.yaml");
}
