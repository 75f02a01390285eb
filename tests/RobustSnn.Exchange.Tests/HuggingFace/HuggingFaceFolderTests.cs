using System.Text.Json.Nodes;
using RobustSnn.Cli.Tests;
using RobustSnn.Engine;
using RobustSnn.Engine.Operations;
using RobustSnn.Exchange.HuggingFace;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests;
using RobustSnn.Experiments.Tests.Files;

namespace RobustSnn.Exchange.Tests.HuggingFace;

public class HuggingFaceFolderTests
{
    private static readonly string[] FileNames = ["README.md", "config.json", "model.safetensors"];

    private TemporaryFolder folder = null!;

    private string Checkpoint => folder.File("snn.safetensors");

    private string Target => folder.File("hf");

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Gives_back_the_checkpoint_to_the_byte(
        [ValueSource(typeof(SavedNetwork), nameof(SavedNetwork.Architectures))] string architecture,
        [Values("hf", "compressed-tensors")] string format, [Values] bool isSpiking, [Values] bool isPruned)
    {
        SavedNetwork.Save(Checkpoint, architecture, isSpiking, isPruned);
        Outcome exported = Shell.Run("export", Checkpoint, Target, "--to", format);
        Assert.That(exported.Code, Is.Zero, exported.Error);
        Assert.That(Directory.GetFiles(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal), Is.EqualTo(FileNames));
        Outcome imported = Shell.Run("import", Target, "--out", folder.File("back.safetensors"));
        Assert.That(imported.Code, Is.Zero, imported.Error);
        Assert.That(File.ReadAllBytes(folder.File("back.safetensors")), Is.EqualTo(File.ReadAllBytes(Checkpoint)));
    }

    [Test]
    public void Metadata_that_only_a_run_writes_comes_back()
    {
        SavedNetwork.Save(Checkpoint);
        TensorFile file = TensorFile.Read(Checkpoint);
        Safetensors.Write(Checkpoint, file.Tensors, new SortedDictionary<string, string>(file.Metadata.ToDictionary()) { ["made_from"] = "sha256:0" });
        Assert.That(Shell.Run("export", Checkpoint, Target, "--to", "hf").Code, Is.Zero);
        Assert.That(Shell.Run("import", Target, "--out", folder.File("back.safetensors")).Code, Is.Zero);
        Assert.That(File.ReadAllBytes(folder.File("back.safetensors")), Is.EqualTo(File.ReadAllBytes(Checkpoint)));
    }

    [TestCase("model.safetensors")]
    [TestCase("config.json")]
    public void A_file_of_the_folder_is_not_written_over(string name)
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        byte[] before = File.ReadAllBytes(Path.Combine(Target, name));
        Assert.That(Shell.Run("import", Target, "--out", Path.Combine(Target, name)).Code, Is.EqualTo(2));
        Assert.That(File.ReadAllBytes(Path.Combine(Target, name)), Is.EqualTo(before));
    }

    [Test]
    public void Half_a_character_in_the_config_is_refused()
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        string path = Path.Combine(Target, "config.json");
        JsonNode config = Config();
        config["architecture"] = "HALF";
        File.WriteAllText(path, config.ToJsonString().Replace("HALF", "\\ud800", StringComparison.Ordinal));
        Outcome outcome = Shell.Run("import", Target, "--out", folder.File("back.safetensors"));
        Assert.That(outcome.Code, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain("expected the JSON of a network"));
    }

    [Test]
    public void Config_says_the_network_in_full()
    {
        SavedNetwork.Save(Checkpoint, neurons: new NeuronModel(0.75, Reset.Soft));
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        JsonNode config = Config();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(config["timesteps"]!.GetValue<int>(), Is.EqualTo(SavedNetwork.Timesteps));
            Assert.That(config["leak"]!.GetValue<double>(), Is.EqualTo(0.75));
            Assert.That(config["reset"]!.GetValue<string>(), Is.EqualTo("soft"));
            Assert.That(config["id2label"]!["2"]!.GetValue<string>(), Is.EqualTo("c \"d\""));
            Assert.That(config["label2id"]!["é|"]!.GetValue<int>(), Is.EqualTo(3));
            Assert.That(config["image_mean"]!.ToJsonString(), Is.EqualTo("[0.4,0.5,0.6]"));
            Assert.That(config["image_std"]!.ToJsonString(), Is.EqualTo("[0.2,0.25,0.3]"));
            Assert.That(config["network"]!["nodes"]!.AsArray(), Has.Count.GreaterThan(10));
        }
    }

    [TestCase("timesteps", "4", "'timesteps' expected")]
    [TestCase("leak", "0.5", "'leak' expected")]
    [TestCase("num_labels", "3", "'num_labels' expected")]
    [TestCase("id2label", "{}", "'id2label' expected")]
    [TestCase("network", "null", "'network' expected")]
    [TestCase("model_type", "\"bert\"", "expected rsnn")]
    [TestCase("pruned_weights", "[\"classifier.0.weight\"]", "classifier.0.weight")]
    [TestCase("pruned_weights", "[]", "'pruned_weights' expected")]
    [TestCase("pruned_weights", "[1]", "names of weights")]
    [TestCase("checkpoint", "{\"format\": 1}", "expected text")]
    [TestCase("checkpoint", "{}", "no 'format'")]
    [TestCase("quantization_config", "{\"quant_method\": \"gptq\"}", "quant_method")]
    public void A_config_that_contradicts_the_network_is_refused(string key, string value, string said)
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        JsonNode config = Config();
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(Target, "config.json"), config.ToJsonString());
        Outcome outcome = Shell.Run("import", Target, "--out", folder.File("back.safetensors"));
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(said));
        Assert.That(folder.File("back.safetensors"), Does.Not.Exist);
    }

    [Test]
    public void A_key_that_others_add_is_not_read()
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        JsonNode config = Config();
        config["transformers_version"] = "4.50.0";
        File.WriteAllText(Path.Combine(Target, "config.json"), config.ToJsonString());
        Assert.That(Shell.Run("import", Target, "--out", folder.File("back.safetensors")).Code, Is.Zero);
    }

    [Test]
    public void A_folder_with_files_is_left_as_it_is()
    {
        SavedNetwork.Save(Checkpoint);
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "mine.txt"), "mine");
        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "hf");
        Assert.That((outcome.Code, Directory.GetFileSystemEntries(Target)), Is.EqualTo((2, new[] { Path.Combine(Target, "mine.txt") })));
        Assert.That(outcome.Error, Does.Contain("has files already"));
    }

    [Test]
    public void An_empty_folder_is_filled_and_nothing_is_left_beside_it()
    {
        SavedNetwork.Save(Checkpoint);
        Directory.CreateDirectory(Target);
        Assert.That(Shell.Run("export", Checkpoint, Target + "/", "--to", "hf").Code, Is.Zero);
        Assert.That(Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal), Is.EqualTo(new[] { Target, Checkpoint }));
    }

    [Test]
    public void A_file_is_no_folder_and_a_folder_above_must_be_there()
    {
        SavedNetwork.Save(Checkpoint);
        Assert.That(Shell.Run("export", Checkpoint, Checkpoint, "--to", "hf").Error, Does.Contain("is a file"));
        Assert.That(Shell.Run("export", Checkpoint, folder.File("no/hf"), "--to", "hf").Error, Does.Contain("folder above"));
    }

    [Test]
    public void An_unknown_format_is_refused_with_the_nearest()
    {
        Outcome outcome = Shell.Run("export", Checkpoint, Target, "--to", "hff");
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((2, outcome.Error)));
        Assert.That(outcome.Error, Does.Contain("'hff'").And.Contain("hf"));
    }

    [Test]
    public void A_weight_that_exists_and_is_0_needs_the_bitmask()
    {
        using (IBackend backend = Backends.Open(options: new(1)))
        using (SpikingModel model = SavedNetwork.Make(backend, "vggmini", isSpiking: true, isPruned: true))
        {
            ParameterTensor pruned = model.Parameters.All.First(parameter => parameter.Pattern is not null);
            float[] values = pruned.Value.ToArray();
            values[3] = 0;
            pruned.Value.Upload(values);
            ModelFile.Save(Checkpoint, model, new ModelInfo("unknown", 2, "finetune_snn"));
        }

        Outcome dense = Shell.Run("export", Checkpoint, Target, "--to", "hf");
        Assert.That((dense.Code, Directory.Exists(Target)), Is.EqualTo((2, false)));
        Assert.That(dense.Error, Does.Contain("1 weights of").And.Contain("--to compressed-tensors"));
        Assert.That(Shell.Run("export", Checkpoint, Target, "--to", "compressed-tensors").Code, Is.Zero);
        Assert.That(Shell.Run("import", Target, "--out", folder.File("back.safetensors")).Code, Is.Zero);
        Assert.That(File.ReadAllBytes(folder.File("back.safetensors")), Is.EqualTo(File.ReadAllBytes(Checkpoint)));
    }

    [Test]
    public void What_the_folder_says_cannot_be_said_otherwise()
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", "hf");
        Outcome outcome = Shell.Run("import", Target, "--out", folder.File("back.safetensors"), "--timesteps", "9");
        Assert.That(outcome.Code, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain("--timesteps"));
    }

    [Test]
    public void Damage_is_read_or_refused(
        [Values("config.json", "model.safetensors")] string name, [Values("hf", "compressed-tensors")] string format, [Values(0, 1)] int round)
    {
        SavedNetwork.Save(Checkpoint);
        Shell.Run("export", Checkpoint, Target, "--to", format);
        byte[] whole = File.ReadAllBytes(Path.Combine(Target, name));
        // Where the header is: elements may be anything.
        byte[] head = whole[..Math.Min(whole.Length, 4096)];
        using IBackend backend = Backends.Open(options: new(1));
        for (int seed = 0; seed < 20; seed++)
        {
            File.WriteAllBytes(Path.Combine(Target, name), [.. Damage.Of(head, round * 20 + seed), .. whole[head.Length..]]);
            Damage.ReadOrRefuse(() =>
            {
                FolderCheckpoint read = HuggingFaceFolder.Read(Target, backend);
                read.Loaded.Model.Dispose();
                return read;
            });
        }
    }

    private JsonNode Config() => JsonNode.Parse(File.ReadAllText(Path.Combine(Target, "config.json")))!;
}
