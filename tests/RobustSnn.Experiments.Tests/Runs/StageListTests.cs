using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Engine.Operations;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Settings;
using RobustSnn.Experiments.Tests.Files;
using RobustSnn.Robustness.Energy;
using RobustSnn.Robustness.Evaluations;
using RobustSnn.Robustness.Pruning;

namespace RobustSnn.Experiments.Tests.Runs;

/// <summary>Whole experiments by every method of pruning, by lists of stages of their own, and from networks that are there.</summary>
public sealed class StageListTests
{
    private const string Text = """
        base: shapes10-quick
        name: tiny
        data: { train_count: 40, test_count: 4, validation_count: 8 }
        network: { architecture: null, timesteps: 2, family: vgg, layers: [4, A, 6, A], head: [8] }
        batch_size: 12
        pretrain: { epochs: 1, attack_steps: 1 }
        prune:
          training: { objective: trades, beta: 2, epsilon: 4/255, attack_steps: 1, epochs: 3, learning_rate: 0.1, schedule: cosine, momentum: 0.9, weight_decay: 1e-4 }
          gamma: 0.5
        finetune_ann: { epochs: 1, attack_steps: 1 }
        convert: { timesteps: 4, batch_count: 1, batch_size: 8 }
        finetune_snn: { epochs: 1 }
        evaluate: { samples: 4, batch_size: 4, attacks: [fgsm] }
        """;

    private TemporaryFolder folder = null!;
    private IBackend backend = null!;

    private static IEnumerable<string> Lists =>
    [
        "prune: { method: lwm }", "prune: { method: lwm, scope: global }", "prune: { method: hydra }", "prune: { method: harp }",
        "prune: { method: hydra, training.epochs: 0 }", "prune: { method: harp, training.epochs: 0 }", "prune: { method: erk }", "prune: { method: lamp }", "prune: { method: random }",
        "stages: [prune, convert, finetune_snn]\nprune: { method: random }\nconvert: { threshold: 1 }",
        "stages: [pretrain, prune, redraw, convert, finetune_snn]\nprune: { method: hydra }\nconvert: { threshold: 1 }",
        "stages: [pretrain, prune, convert]\npretrain: { objective: mart }",
        "stages: [prune, finetune_ann, convert, finetune_snn]\nfinetune_ann: { objective: at, clean_share: 0.5 }\nfinetune_snn: { objective: mart }",
        "pretrain: { objective: at }\nfinetune_snn: { objective: at, clean_share: 0.25 }",
    ];

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        backend = Backends.Open(options: new(1));
    }

    [TearDown]
    public void Close()
    {
        folder.Dispose();
        backend.Dispose();
    }

    /// <summary>From the stage that prunes to the last one, the same weights exist, as many as were asked for, and the others are 0.</summary>
    [TestCaseSource(nameof(Lists))]
    public void What_was_pruned_stays_exactly_zero_to_the_end(string text)
    {
        var settings = Settings(text);
        var results = Run(settings, "run");
        var stages = settings.RunningStages.SkipWhile(stage => stage != Stage.Prune).ToArray();
        var patterns = Patterns(stages[0]);
        int[] sizes = [.. patterns.Values.Select(pattern => pattern.DenseCount)];
        var isUniform = settings.Prune.Method is PruneMethod.Hydra
            || (settings.Prune.Method is PruneMethod.Lwm or PruneMethod.Random && settings.Prune.Scope != PruningScope.Global);
        Assert.That(patterns.Values.Sum(pattern => pattern.Count),
            Is.EqualTo(isUniform ? sizes.Sum(size => KeptCounts.Of(size, 0.9)) : KeptCounts.Of(sizes.Sum(), 0.9)));
        Assert.That(results.Layers, Is.EqualTo(patterns.Select(each => new LayerShare(each.Key, each.Value.Count, each.Value.DenseCount))));
        foreach (var stage in stages.Skip(1))
        {
            foreach (var (name, pattern) in Patterns(stage))
            {
                Assert.That(pattern.Existing.SequenceEqual(patterns[name].Existing), $"{stage}: {name}");
            }
        }

        // As anyone who reads the dense tensors sees it.
        using var last = ModelFile.Load(Checkpoint("run", stages[^1]), backend).Model;
        Assert.That(patterns.Keys.Sum(name => last.Parameters[name].ToDense().Count(value => value != 0)),
            Is.LessThanOrEqualTo(patterns.Values.Sum(pattern => pattern.Count)));
        Assert.That(results.Rows[^1].WeightsKept, Is.EqualTo(patterns.Values.Sum(pattern => pattern.Count)));
    }

    [TestCase("prune: { method: hydra }", 1)]
    [TestCase("prune: { method: hydra }", 2)]
    [TestCase("prune: { method: harp }", 1)]
    [TestCase("prune: { method: harp }", 2)]
    public void A_run_broken_off_while_masks_are_learned_goes_on_to_the_same_bits(string text, int epochs)
    {
        var settings = Settings(text);
        Run(settings, "unbroken");
        using var source = new CancellationTokenSource();
        Assert.That(
            () => ExperimentRun.Run(settings, folder.File("broken"), false, backend, new Interrupter("prune", epochs, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(Path.Combine(folder.File("broken"), "pruned.partial.safetensors")));
        Run(settings, "broken", resume: true);
        foreach (var stage in settings.RunningStages)
        {
            Assert.That(File.ReadAllBytes(Checkpoint("broken", stage)), Is.EqualTo(File.ReadAllBytes(Checkpoint("unbroken", stage))), stage.Name());
        }
    }

    [Test]
    public void A_redrawn_network_has_the_mask_of_the_one_before_and_weights_of_its_own()
    {
        Run(Settings("stages: [pretrain, prune, redraw]"), "run");
        using var pruned = ModelFile.Load(Checkpoint("run", Stage.Prune), backend).Model;
        using var redrawn = ModelFile.Load(Checkpoint("run", Stage.Redraw), backend).Model;
        using var first = new SpikingModel(pruned.Network, backend);
        first.Initialise(1);
        foreach (var parameter in redrawn.Parameters.All)
        {
            if (parameter.Specification.Prunable)
            {
                var pattern = pruned.Parameters[parameter.Name].Pattern!;
                Assert.That(parameter.Pattern!.Existing.SequenceEqual(pattern.Existing));
                Assert.That(parameter.Value.ToArray(), Is.Not.EqualTo(pattern.Compact(first.Parameters[parameter.Name].ToDense())));
            }
            else
            {
                Assert.That(parameter.Value.ToArray(), Is.EqualTo(first.Parameters[parameter.Name].Value.ToArray()), parameter.Name);
            }
        }
    }

    [Test]
    public void Thresholds_that_are_given_are_those_of_every_layer()
    {
        Run(Settings("stages: [prune, convert]\nconvert: { threshold: 1.5 }"), "run");
        using var snn = ModelFile.Load(Checkpoint("run", Stage.Convert), backend).Model;
        Assert.That(snn.Parameters.All.Where(each => each.Specification.Kind.IsThreshold).SelectMany(each => each.Value.ToArray()),
            Is.All.EqualTo(1.5f));
    }

    [TestCase("prune", new[] { "sparse ANN", "SNN as converted", "SNN finetuned" })]
    [TestCase("convert", new[] { "SNN as converted", "SNN finetuned" })]
    public void A_run_that_begins_with_a_network_comes_to_what_the_whole_run_comes_to(string at, string[] rows)
    {
        var whole = Run(Settings(""), "whole");
        var from = Checkpoint("whole", at == "prune" ? Stage.Pretrain : Stage.FinetuneAnn);
        var later = Run(Settings($"start: {{ from: '{from}', at: {at} }}"), "later");
        Assert.That(later.Rows.Select(row => row.Network), Is.EqualTo(rows));
        Assert.That(File.ReadAllBytes(Checkpoint("later", Stage.FinetuneSnn)), Is.EqualTo(File.ReadAllBytes(Checkpoint("whole", Stage.FinetuneSnn))));
        Assert.That(later.Rows[^1].Clean, Is.EqualTo(whole.Rows[^1].Clean));
    }

    [TestCase(Stage.FinetuneSnn, "prune", "goes on from an ANN", "is an SNN")]
    [TestCase(Stage.Pretrain, "finetune_snn", "goes on from an SNN", "is an ANN")]
    public void A_network_of_the_wrong_kind_is_refused(Stage made, string at, string expected, string found)
    {
        Run(Settings(""), "whole");
        var settings = Settings($"start: {{ from: '{Checkpoint("whole", made)}', at: {at} }}");
        Assert.That(() => Run(settings, "later"), Refuses.Saying("start.from", expected, found));
        Assert.That(Directory.Exists(folder.File("later")), Is.False);
    }

    [TestCase("network: { leak: 0.5 }", "network.leak is 0.5")]
    [TestCase("network: { reset: soft }", "network.reset soft")]
    public void An_SNN_with_other_neurons_is_refused(string text, string expected)
    {
        Run(Settings(""), "whole");
        var settings = Settings(text + $"\nstart: {{ from: '{Checkpoint("whole", Stage.Convert)}', at: finetune_snn }}");
        Assert.That(() => Run(settings, "later"), Refuses.Saying("start.from", expected));
    }

    [Test]
    public void A_network_that_the_settings_do_not_describe_is_run_and_said()
    {
        Run(Settings(""), "whole");
        var settings = Settings($"network: {{ layers: [8, A] }}\nstart: {{ from: '{Checkpoint("whole", Stage.Pretrain)}', at: prune }}");
        Assert.That(Run(settings, "later").Warnings, Has.Some.Contains("vgg [4, A, 6, A] [8]").And.Some.Contains("vgg [8, A] [8]"));
    }

    /// <summary>A method chooses among all weights: pruned ones would exist again, as zeros that count.</summary>
    [Test]
    public void A_pruned_network_is_not_pruned_again([Values("lwm", "hydra", "harp", "erk", "lamp", "random")] string method, [Values(0.5, 0.95)] double sparsity)
    {
        Run(Settings(""), "whole");
        var settings = Settings($"prune: {{ method: {method}, sparsity: {sparsity} }}\nstart: {{ from: '{Checkpoint("whole", Stage.FinetuneAnn)}', at: prune }}");
        Assert.That(() => Run(settings, "later"), Refuses.Saying("prune: ", "features.0.weight", "is pruned"));
    }

    /// <summary>A network made anew with another learning rate is not the one that later checkpoints came from.</summary>
    [Test]
    public void A_chain_of_checkpoints_that_does_not_hold_is_refused()
    {
        Run(Settings(""), "run");
        File.Delete(Checkpoint("run", Stage.Pretrain));
        var changed = Settings("pretrain: { learning_rate: 0.01 }");
        Assert.That(() => Run(changed, "run", resume: true),
            Refuses.Saying("pruned.safetensors", "made from another network than", "pretrained.safetensors"));
    }

    [Test]
    public void A_checkpoint_removed_and_made_anew_with_the_same_settings_is_the_same()
    {
        var first = Run(Settings(""), "run");
        File.Delete(Checkpoint("run", Stage.Pretrain));
        Assert.That(Run(Settings(""), "run", resume: true).Rows[^1].Clean, Is.EqualTo(first.Rows[^1].Clean));
    }

    [Test]
    public void A_state_of_another_network_is_refused()
    {
        var settings = Settings("");
        using var source = new CancellationTokenSource();
        Assert.That(() => ExperimentRun.Run(Settings("finetune_ann: { epochs: 2 }"), folder.File("run"), false, backend,
            new Interrupter("finetune_ann", 1, source), source.Token), Throws.InstanceOf<OperationCanceledException>());
        Run(Settings("seed: 2"), "other");
        File.Copy(Checkpoint("other", Stage.Prune), Checkpoint("run", Stage.Prune), overwrite: true);
        File.Copy(Checkpoint("other", Stage.Pretrain), Checkpoint("run", Stage.Pretrain), overwrite: true);
        Assert.That(() => Run(Settings("finetune_ann: { epochs: 2 }"), "run", resume: true),
            Refuses.Saying("finetuned-ann.partial.safetensors", "made from another network"));
    }

    [Test]
    public void Energy_is_that_of_an_account_of_the_checkpoint_and_is_kept()
    {
        var settings = Settings("energy: { attack: pgd2 }\nevaluate: { samples: 4, stages: [convert, finetune_snn] }");
        var results = Run(settings, "run");
        Assert.That(results.Energy.Select(each => each.Network), Is.EqualTo(new[] { "SNN as converted", "SNN finetuned" }));
        Assert.That(RunResults.Read(RunFolder.ResultsFile(folder.File("run"))).Energy[1].Measured.Clean.Operations,
            Is.EqualTo(results.Energy[1].Measured.Clean.Operations));
        using var model = ModelFile.Load(Checkpoint("run", Stage.FinetuneSnn), backend).Model;
        using var account = new EnergyAccount(model, new EvaluationOptions(2, 2, settings.Seed));
        var data = RunData.Open(settings.Data, 4, settings.Seed);
        var clean = account.Run(new ImageSamples(data.Set.Test, data.Test)).Clean;
        Assert.That(results.Energy[1].Measured.Clean.Operations, Is.EqualTo(clean.Operations));
        Assert.That(results.Energy[1].Measured.Clean.SpikesPerImage, Is.EqualTo(results.Rows[^1].SpikesPerImage));
        Assert.That(results.Energy[1].Measured.Attack, Is.EqualTo("pgd2"));
        Assert.That(results.Energy[1].Memory.Weights, Is.EqualTo(results.Rows[^1].WeightsKept));
        File.Delete(Checkpoint("run", Stage.FinetuneSnn));
        var again = Run(settings, "run", resume: true);
        Assert.That(again.Energy.Select(each => each.Measured.Clean.Operations), Is.EqualTo(results.Energy.Select(each => each.Measured.Clean.Operations)));
    }

    [Test]
    public void Energy_of_more_images_than_are_evaluated_is_refused_before_there_is_a_folder()
    {
        Assert.That(() => Run(Settings("energy: { samples: 5 }"), "run"), Refuses.Saying("energy.samples", "at most the 4 images", "found 5"));
        Assert.That(Directory.Exists(folder.File("run")), Is.False);
    }

    [TestCase("stages: [finetune_ann, prune, convert, finetune_snn]", new[] { "ANN finetuned", "pruned ANN", "SNN as converted", "SNN finetuned" })]
    [TestCase("stages: [pretrain, prune, convert]\nprune: { sparsity: 0 }", new[] { "ANN", "SNN as converted" })]
    [TestCase("stages: [pretrain, prune, redraw, finetune_ann, convert, finetune_snn]", new[] { "ANN", "sparse ANN", "SNN as converted", "SNN finetuned" })]
    [TestCase("stages: [prune, convert, finetune_snn]", new[] { "SNN end to end" })]
    public void Rows_are_called_by_what_came_before_them(string text, string[] names) =>
        Assert.That(Run(Settings(text), "run").Rows.Select(row => row.Network), Is.EqualTo(names));

    [Test]
    public void Harp_that_leaves_fewer_weights_than_layers_is_refused_before_it_trains() =>
        Assert.That(() => Run(Settings("prune: { method: harp, sparsity: 0.999 }"), "run"), Refuses.Saying("each of the 4 layers a weight", "0.999"));

    [Test]
    public void Shares_of_the_layers_come_back_from_the_checkpoint()
    {
        var first = Run(Settings(""), "run");
        var path = RunFolder.ResultsFile(folder.File("run"));
        (RunResults.Read(path) with { Layers = [] }).Write(path);
        Assert.That(Run(Settings(""), "run", resume: true).Layers, Is.EqualTo(first.Layers));
    }

    [Test]
    public void No_epoch_that_keeps_too_much_is_the_best_while_there_is_another()
    {
        var results = Run(Settings("prune: { method: harp, gamma: 1e-9, sparsity: 0.5 }"), "run");
        Assert.That(results.Layers.Sum(layer => layer.Kept), Is.EqualTo(KeptCounts.Of((int)results.Layers.Sum(layer => layer.Total), 0.5)));
    }

    [TestCase("best/masks/rates", float.NaN)]
    [TestCase("best/masks/scores/features.0.weight", float.PositiveInfinity)]
    public void A_state_of_masks_that_are_no_numbers_is_refused(string tensor, float value)
    {
        var settings = Settings("prune: { method: harp }");
        using var source = new CancellationTokenSource();
        Assert.That(() => ExperimentRun.Run(settings, folder.File("run"), false, backend, new Interrupter("prune", 1, source), source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        var path = Path.Combine(folder.File("run"), "pruned.partial.safetensors");
        var file = Safetensors.Read(path);
        Safetensors.Write(path, [.. file.Tensors.Select(each => each.Name == tensor
            ? HostTensor.FromFloats(each.Name, [.. each.Dimensions], [value, .. each.ToFloats().Skip(1)])
            : each)], file.Metadata);
        Assert.That(() => Run(settings, "run", resume: true), Refuses.Saying(path, $"'{tensor}'", "expected a finite number"));
    }

    [Test]
    public void A_network_that_does_not_fit_is_not_needed_where_a_run_begins_with_another()
    {
        Run(Settings(""), "whole");
        var settings = Settings($"network: {{ layers: [8, A, A, A, A, A, A, A] }}\nstart: {{ from: '{Checkpoint("whole", Stage.Pretrain)}', at: prune }}");
        Assert.That(Run(settings, "later").Warnings, Has.Some.Contains("not network in the experiment").And.Some.Contains("AveragePool expects"));
    }

    [Test]
    public void Another_number_of_timesteps_than_an_SNN_was_made_for_is_said()
    {
        Run(Settings(""), "whole");
        var settings = Settings($"network: {{ timesteps: 3 }}\nstart: {{ from: '{Checkpoint("whole", Stage.Convert)}', at: finetune_snn }}");
        Assert.That(Run(settings, "later").Warnings, Has.Some.Contains("made for T = 2, network.timesteps is 3"));
    }

    [Test]
    public void Energy_without_a_spiking_network_counts_nothing() =>
        Assert.That(Run(Settings("stages: [pretrain]"), "run").Energy, Is.Empty);

    private static ExperimentSettings Settings(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var settings = SettingsReader.Read(Text, "file.yaml", lines.SelectMany(Assignments));
        return settings;
    }

    /// <summary>prune: { method: lwm } as --set writes it.</summary>
    private static IEnumerable<string> Assignments(string line)
    {
        var (key, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        return value.StartsWith('{')
            ? value[1..^1].Split(", ").Aggregate(new List<string>(), Join).Select(each => $"{key}.{each.Replace(": ", "=", StringComparison.Ordinal).Trim()}")
            : [$"{key}={value}"];

        // A list in brackets has commas of its own.
        static List<string> Join(List<string> parts, string part)
        {
            if (parts.Count > 0 && parts[^1].Contains('[', StringComparison.Ordinal) && !parts[^1].Contains(']', StringComparison.Ordinal))
            {
                parts[^1] += ", " + part;
            }
            else
            {
                parts.Add(part);
            }

            return parts;
        }
    }

    private RunResults Run(ExperimentSettings settings, string name, bool resume = false) =>
        ExperimentRun.Run(settings, folder.File(name), resume, backend, new Silent(), CancellationToken.None);

    private string Checkpoint(string run, Stage stage) => Path.Combine(folder.File(run), stage.FileName());

    private Dictionary<string, SparsityPattern> Patterns(Stage stage)
    {
        using var model = ModelFile.Load(Checkpoint("run", stage), backend).Model;
        return model.Parameters.All.Where(each => each.Pattern is not null).ToDictionary(each => each.Name, each => each.Pattern!);
    }

    /// <summary>Interrupts after so many epochs of a stage.</summary>
    private sealed class Interrupter(string stage, int epochs, CancellationTokenSource source) : Silent
    {
        public override void EpochFinished(EpochRecord epoch)
        {
            if (epoch.Stage == stage && epoch.Epoch == epochs)
            {
                source.Cancel();
            }
        }
    }
}
