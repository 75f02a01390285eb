using RobustSnn.Cli.Tests;
using RobustSnn.Experiments.Tests;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.HuggingFace;

public class ModelCardTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void States_no_accuracy_without_results()
    {
        string card = Card("finetuned-snn.safetensors", null);
        Assert.That(card, Does.StartWith("---\n").And.Contain("No accuracy is stated").And.Not.Contain("model-index").And.Not.Contain("license"));
    }

    [Test]
    public void States_those_of_the_run_with_exact_intervals()
    {
        string card = Card("finetuned-snn.safetensors", Results(kept: null));
        using (Assert.EnterMultipleScope())
        {
            // Clopper and Pearson of 86 of 100.
            Assert.That(card, Does.Contain("| clean | 0.8600 | 0.7763 to 0.9213 |"));
            Assert.That(card, Does.Contain("model-index").And.Contain("value: 0.86\n").And.Contain("value: 0.5\n"));
            Assert.That(card, Does.Contain("under pgd7"));
        }
    }

    [TestCase("copy.safetensors", false)]
    [TestCase("finetuned-ann.safetensors", false)]
    [TestCase("finetuned-snn.safetensors", true)]
    public void States_none_that_are_not_surely_its_own(string name, bool hasOtherWeights)
    {
        string card = Card(name, Results(hasOtherWeights ? 1 : null));
        Assert.That(card, Does.Contain("No accuracy is stated"));
    }

    [Test]
    public void Its_front_matter_is_what_a_YAML_reader_reads()
    {
        Python python = Python.With("yaml");
        Card("finetuned-snn.safetensors", Results(kept: null));
        python.Run(
            """
            import sys, yaml
            front = yaml.safe_load(open(sys.argv[1]).read().split('---\n')[1])
            results = front['model-index'][0]['results'][0]
            assert front['pipeline_tag'] == 'image-classification', front
            assert 'sparse' in front['tags'] and 'spiking-neural-network' in front['tags'], front
            assert results['task']['type'] == 'image-classification', results
            assert [m['value'] for m in results['metrics']] == [0.86, 0.5], results
            """,
            folder.File("hf/README.md"));
    }

    private string Card(string name, string? results)
    {
        SavedNetwork.Save(folder.File(name));
        if (results is not null)
        {
            File.WriteAllText(folder.File("results.json"), results);
        }

        Outcome outcome = Shell.Run("export", folder.File(name), folder.File("hf"), "--to", "hf");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return File.ReadAllText(folder.File("hf/README.md"));
    }

    private static string Results(long? kept)
    {
        (long own, long total) = Weights();
        return $$"""
            { "name": "x", "version": "0.1.0", "backend": "cpu", "complete": true, "epochs": [], "stage_seconds": {},
              "rows": [{ "network": "SNN finetuned", "samples": 100, "clean": 0.86, "attacks": { "pgd7": 0.5 },
                         "weights_kept": {{kept ?? own}}, "weights_total": {{total}}, "spikes_per_image": 12.5, "warnings": [] }] }
            """;
    }

    private static (long Kept, long Total) Weights()
    {
        using var backend = Engine.Backends.Open(options: new(1));
        using var model = SavedNetwork.Make(backend, "vggmini", isSpiking: true, isPruned: true);
        var weights = model.Parameters.All.Where(parameter => parameter.Specification.Prunable).ToArray();
        return (weights.Sum(each => (long)each.Value.Length), weights.Sum(each => (long)each.Specification.Count));
    }
}
