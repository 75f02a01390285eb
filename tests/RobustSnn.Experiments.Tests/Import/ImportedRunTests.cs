using RobustSnn.Engine;
using RobustSnn.Experiments.Import;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Experiments.Tests.Runs;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Import;

/// <summary>Networks of others as what runs begin with: pruned, finetuned, converted and evaluated like our own.</summary>
public sealed class ImportedRunTests
{
    private const string Text = """
        base: shapes10-quick
        name: theirs
        data: { train_count: 40, test_count: 4, validation_count: 8 }
        network: { timesteps: 2 }
        batch_size: 16
        prune: { method: METHOD, training: { epochs: 1, attack_steps: 1 } }
        finetune_ann: { epochs: 1, attack_steps: 1 }
        convert: { timesteps: 4, batch_count: 1, batch_size: 16 }
        finetune_snn: { epochs: 1 }
        evaluate: { samples: 4, batch_size: 4, attacks: [fgsm], stages: [finetune_snn] }
        start: { from: 'FROM', at: AT }
        """;

    [TestCase("hydra-vgg11-zeros", Stage.Convert, "lwm")]
    [TestCase("hydra-vgg16-plain", Stage.Prune, "hydra")]
    [TestCase("wide-resnet10-sub", Stage.Prune, "harp")]
    [TestCase("wide-resnet10-scores", Stage.FinetuneAnn, "lwm")]
    [TestCase("cifar-resnet10", Stage.Prune, "lamp")]
    [TestCase("preact-resnet18-v1", Stage.Prune, "erk")]
    [TestCase("reference-vggmini", Stage.Convert, "lwm")]
    public void A_run_begins_with_an_imported_network_at_any_stage(string name, Stage at, string method)
    {
        using var folder = new TemporaryFolder();
        using var backend = Backends.Open(options: new(1));
        var foreign = ForeignCase.All.Single(each => each.Name == name);
        var imported = NetworkImport.Read(foreign.Recorded, backend, foreign.Options);
        var shape = imported.Model.Network.Input;
        using (imported.Model)
        {
            ModelFile.Save(folder.File("theirs.safetensors"), imported.Model, new ModelInfo("unknown", 0, "imported"));
        }

        Assume.That(shape, Is.EqualTo(new Shape(3, 32, 32)), "the drawn images are of another size");
        var text = Text.Replace("FROM", folder.File("theirs.safetensors"), StringComparison.Ordinal).Replace("AT", at.Name(), StringComparison.Ordinal)
            .Replace("METHOD", method, StringComparison.Ordinal);
        var results = ExperimentRun.Run(
            SettingsReader.Read(text, "file.yaml"), folder.File("run"), false, backend, new Silent(), CancellationToken.None);
        Assert.That(results.Complete);
        Assert.That(results.Rows.Single().Network, Is.EqualTo("SNN finetuned"));
        Assert.That(results.Warnings, Has.Some.Contains(foreign.Label).And.Some.Contains("does not say what its classes are"));
        using var snn = ModelFile.Load(Path.Combine(folder.File("run"), "finetuned-snn.safetensors"), backend).Model;
        Assert.That(Graph.neurons(snn.Network).IsEmpty, Is.False);
    }
}
