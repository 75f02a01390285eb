using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Engine;
using RobustSnn.Engine.Layout;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;
using RobustSnn.Experiments.Tests.Data;
using RobustSnn.Model;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn evaluate</c>: what it does with its options, and what it refuses before it has begun.</summary>
public sealed class EvaluateTests
{
    private TemporaryFolder folder = null!;

    private string Network => folder["snn.safetensors"];

    private string TwoClasses => folder["two.safetensors"];

    [OneTimeSetUp]
    public void Save()
    {
        folder = new TemporaryFolder();
        SavedNetworks.Save(Network, _ => { });
        Directory.CreateDirectory(folder["again"]);
        File.Copy(Network, folder["again/snn.safetensors"]);
        SaveTwoClasses();
        Assert.That(Evaluate("--attack", "fgsm", "--ledger", folder["there.jsonl"]).Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [TestCase("--protocol: There is no protocol 'p3'. Expected one of p1, p2, autoattack, strict", "--protocol", "p3")]
    [TestCase("--strict: expected no other protocol beside it, found 'p1'", "--strict", "--protocol", "p1")]
    [TestCase("--attack: expected none beside the protocol strict", "--strict", "--attack", "fgsm")]
    [TestCase("--steps: expected none beside the protocol p1", "--protocol", "p1", "--steps", "3")]
    [TestCase("--resume: expected with --ledger", "--resume")]
    [TestCase("--shard: expected the part and the number of parts, such as 3/16 for the third of sixteen, or auto for the one that a scheduler gave, found '0/3'", "--shard", "0/3")]
    [TestCase("--shard: expected the part and the number of parts, such as 3/16 for the third of sixteen, or auto for the one that a scheduler gave, found '4/3'", "--shard", "4/3")]
    [TestCase("--shard: expected the part and the number of parts, such as 3/16 for the third of sixteen, or auto for the one that a scheduler gave, found '3/x'", "--shard", "3/x")]
    [TestCase("--shard: expected at most as many parts as there are images, 12, found 13", "--shard", "1/13")]
    [TestCase("there is no network 'nobody' to transfer attacks from", "--attack", "pgd10@nobody")]
    [TestCase("--curve: expected epsilon or steps, found 'sideways'", "--curve", "sideways")]
    [TestCase("--curve: expected with an attack, found the protocol p1", "--curve", "steps", "--protocol", "p1")]
    [TestCase("--curve: expected an attack that takes steps. ", "--curve", "steps", "--attack", "square")]
    [TestCase("--curve: expected an attack that takes steps. ", "--curve", "steps", "--attack", "fgsm")]
    [TestCase("--curve: expected an attack, found 'clean'", "--curve", "epsilon", "--attack", "clean")]
    [TestCase("--attack: expected one with --curve, found 2: fgsm, pgd", "--curve", "epsilon", "--attack", "fgsm", "pgd")]
    [TestCase("--epsilon: expected one with --curve, found 2", "--curve", "epsilon", "--epsilon", "1/255", "2/255")]
    [TestCase("--epsilon: expected a radius above 0", "--curve", "epsilon", "--epsilon", "0")]
    [TestCase("--steps: expected none beside --curve steps, which says them, found 3", "--curve", "steps", "--steps", "3")]
    [TestCase("--shard: expected without --curve", "--curve", "epsilon", "--shard", "1/2")]
    [TestCase("--diagnose: expected without --curve", "--curve", "epsilon", "--diagnose")]
    [TestCase("--full-runs: expected without --curve", "--curve", "epsilon", "--full-runs")]
    [TestCase("--shard: expected without --seeds", "--seeds", "2", "--shard", "1/2")]
    [TestCase("--curve: expected without --seeds", "--seeds", "2", "--curve", "epsilon")]
    [TestCase("--seeds: expected 2 or more, found 1", "--seeds", "1")]
    [TestCase("--seeds: expected a whole number from 2 to 2147483647, found 'many'", "--seeds", "many")]
    [TestCase("--seed: expected a whole number from 0 to 2147483647, found '99999999999'", "--seed", "99999999999")]
    [TestCase("--seed: expected 0 or more, found -1", "--seed", "-1")]
    [TestCase("sa-pgd cannot attack in Euclidean norm: expected a ball of another", "--attack", "sa-pgd", "--epsilon", "l2:0.5")]
    [TestCase("--steps: ", "--attack", "autoattack", "--steps", "3")]
    [TestCase("--epsilon: expected a radius above 0 to diagnose accuracy in, found 0", "--diagnose", "--epsilon", "0")]
    [TestCase("--diagnose: expected an attack whose accuracy is to be believed, first of all, found 'clean'", "--diagnose", "--attack", "clean")]
    [TestCase("--leak: expected with somebody else's network, found", "--leak", "0.9")]
    [TestCase("--as: expected with somebody else's network, found", "--as", "vggmini")]
    [TestCase("--reset: expected hard or soft, found 'none'", "--reset", "none")]
    [TestCase("--leak: expected a number above 0, at most 1, found 0", "--leak", "0")]
    [TestCase("--fixed-point: expected 2 to 16 bits, found '1'", "--fixed-point", "8,1")]
    [TestCase("--fixed-point: expected 2 to 16 bits, found ''", "--fixed-point", "8,")]
    [TestCase("--curve: expected without --fixed-point", "--fixed-point", "8", "--curve", "epsilon")]
    [TestCase("--seeds: expected without --fixed-point", "--fixed-point", "8", "--seeds", "2")]
    [TestCase("--diagnose: expected without --fixed-point", "--fixed-point", "8", "--diagnose")]
    [TestCase("--fixed-point: expected without a protocol that diagnoses", "--fixed-point", "8", "--strict")]
    [TestCase("--fixed-point 8: quantising expects a spiking network and at least 1 timestep, found 0", "--fixed-point", "8", "--timesteps", "0", "--attack", "fgsm")]
    public void A_mistake_is_refused_in_a_sentence(string saying, params string[] options) => AssertRefused(saying, options);

    [TestCase("--ledger")]
    [TestCase("--save-images")]
    public void Nothing_is_written_where_several_evaluations_would_write_it(string option)
    {
        AssertRefused($"{option}: expected without --seeds", "--seeds", "2", option, folder["new"]);
        AssertRefused($"{option}: expected without --curve", "--curve", "epsilon", option, folder["new"]);
        Assert.That(Path.Exists(folder["new"]), Is.False);
    }

    [TestCase("pgd10@nobody", "8/255")]
    [TestCase("sa-pgd", "l2:0.5")]
    public void What_cannot_be_run_leaves_neither_ledger_nor_folder(string attack, string epsilon)
    {
        Assert.That(Evaluate("--attack", attack, "--epsilon", epsilon, "--ledger", folder["none.jsonl"], "--save-images", folder["none"]).Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Path.Exists(folder["none.jsonl"]), Is.False);
        Assert.That(Path.Exists(folder["none"]), Is.False);
    }

    [Test]
    public void A_ledger_that_is_there_is_not_written_over()
    {
        byte[] before = File.ReadAllBytes(folder["there.jsonl"]);
        AssertRefused("there.jsonl", "--attack", "fgsm", "--ledger", folder["there.jsonl"]);
        Assert.That(File.ReadAllBytes(folder["there.jsonl"]), Is.EqualTo(before));
    }

    [TestCase("--attack", "pgd3")]
    [TestCase("--attack", "fgsm", "--epsilon", "4/255")]
    [TestCase("--attack", "fgsm", "--seed", "2")]
    [TestCase("--attack", "fgsm", "--shard", "1/2")]
    [TestCase("--attack", "fgsm", "--timesteps", "3")]
    [TestCase("--attack", "fgsm", "--full-runs")]
    public void Another_evaluation_is_not_resumed(params string[] options)
    {
        byte[] before = File.ReadAllBytes(folder["there.jsonl"]);
        AssertRefused("there.jsonl", ["--resume", "--ledger", folder["there.jsonl"], .. options]);
        Assert.That(File.ReadAllBytes(folder["there.jsonl"]), Is.EqualTo(before));
    }

    [Test]
    public void Images_are_not_saved_of_half_an_evaluation() => AssertRefused(
        "--save-images: expected an evaluation from its beginning", "--attack", "fgsm", "--resume", "--ledger", folder["there.jsonl"], "--save-images", folder["half"]);

    [Test]
    public void Images_are_saved_with_sheets_and_not_over_others()
    {
        Outcome outcome = Evaluate("--attack", "fgsm", "--epsilon", "32/255", "--save-images", folder["images"]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Match(@"images: \d+ adversarial images in adversarial\.safetensors; \d sheets to look at"));
        Assert.That(File.Exists(folder["images/adversarial.safetensors"]), Is.True);
        AssertRefused("adversarial.safetensors: is there already; expected a new folder", "--attack", "fgsm", "--save-images", folder["images"]);
    }

    [Test]
    public void A_network_to_transfer_from_is_one_that_fits_and_is_followed()
    {
        AssertRefused("--transfer: The network 'two' to transfer attacks from expects", "--attack", "pgd3@two", "--transfer", TwoClasses);
        AssertRefused("--transfer: There are two networks 'snn'", "--attack", "pgd3@snn", "--transfer", Network, folder["again/snn.safetensors"]);
        AssertRefused("--transfer: expected an attack along the gradients of", "--attack", "pgd3", "--transfer", Network);
        AssertRefused("nowhere.safetensors", "--attack", "pgd3@nowhere", "--transfer", folder["nowhere.safetensors"]);
    }

    /// <summary>Of the same names, too: which network it was is not in an attack's name.</summary>
    [Test]
    public void Attacks_transferred_from_different_networks_are_not_joined()
    {
        Directory.CreateDirectory(folder["other"]);
        SavedNetworks.Save(folder["other/snn.safetensors"], _ => { }, isPruned: false);
        string[] attack = ["--attack", "fgsm@snn", "--ledger"];
        Assert.That(Evaluate([.. attack, folder["from.jsonl"], "--transfer", Network]).Code, Is.Zero);
        AssertRefused("from.jsonl", [.. attack, folder["from.jsonl"], "--resume", "--transfer", folder["other/snn.safetensors"]]);
        Assert.That(Evaluate([.. attack, folder["from-other.jsonl"], "--transfer", folder["other/snn.safetensors"]]).Code, Is.Zero);
        Outcome merged = Shell.Run("ledger", folder["from.jsonl"], folder["from-other.jsonl"]);
        Assert.That(merged.Code, Is.EqualTo(ExitCode.BadInput), merged.Output);
        Assert.That(merged.Error, Does.Contain("the network 'snn' that attacks are transferred from expected SHA-256"));
        Outcome together = Shell.Run("ledger", folder["from.jsonl"], folder["there.jsonl"]);
        Assert.That(together.Code, Is.Zero, together.Error);
        Assert.That(together.Output, Does.Match("(?m)^fgsm@snn +").And.Match("(?m)^fgsm +"));
    }

    [Test]
    public void An_attack_that_is_asked_for_twice_is_in_the_ledger_once()
    {
        Outcome twice = Evaluate("--attack", "fgsm", "clean", "fgsm", "--epsilon", "4/255", "8/255", "--ledger", folder["twice.jsonl"]);
        Assert.That(twice.Code, Is.Zero, twice.Error);
        Outcome read = Shell.Run("ledger", folder["twice.jsonl"]);
        Assert.That(read.Code, Is.Zero, read.Error);
        Assert.That(read.Output.Split('\n').Count(line => line.StartsWith("fgsm ", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public void A_curve_and_a_transferred_attack_are_drawn()
    {
        Outcome curve = Evaluate("--curve", "epsilon", "--attack", "fgsm", "--epsilon", "64/255");
        Assert.That(curve.Code, Is.Zero, curve.Error);
        Assert.That(curve.Output, Does.Contain("accuracy under fgsm against ε (L∞)").And.Contain("64/255"));
        Outcome transferred = Evaluate("--attack", "fgsm@snn", "--transfer", Network);
        Assert.That(transferred.Code, Is.Zero, transferred.Error);
        Assert.That(transferred.Output, Does.Match("(?m)^fgsm@snn +"));
    }

    /// <summary>What needs more classes, and what attacks in another norm, is left out and said; the rest is the figure.</summary>
    [TestCase("8/255", "apgd-t", "is left out: it needs ")]
    [TestCase("l2:0.5", "sa-pgd", "is left out: it does not attack in Euclidean norm")]
    public void A_strict_evaluation_says_what_it_leaves_out(string epsilon, string attack, string why)
    {
        Outcome outcome = Shell.Run("evaluate", TwoClasses, "--data", TwoColours(), "--strict", "--epsilon", epsilon, "--threads", "2");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Contain(attack).And.Contain(why));
        Assert.That(outcome.Output, Does.Match("(?m)^strict +"));
    }

    [Test]
    public void Several_seeds_have_a_mean_and_a_deviation()
    {
        string[] attack = ["--attack", "pgd2", "--epsilon", "4/255", "--json"];
        double[] alone = [.. Enumerable.Range(7, 3).Select(seed => Accuracy(Evaluate([.. attack, "--seed", $"{seed}"])))];
        Outcome together = Evaluate([.. attack, "--seed", "7", "--seeds", "3"]);
        Assert.That(Accuracy(together), Is.EqualTo(alone[0]));
        JsonElement seeds = JsonDocument.Parse(together.Output).RootElement.GetProperty("seeds");
        Assert.That(seeds.GetProperty("seeds").EnumerateArray().Select(each => each.GetInt32()), Is.EqualTo(new[] { 7, 8, 9 }));
        JsonElement spread = seeds.GetProperty("attacks")[0];
        Assert.That(spread.GetProperty("accuracies").EnumerateArray().Select(each => each.GetDouble()), Is.EqualTo(alone));
        Assert.That(spread.GetProperty("mean").GetDouble(), Is.EqualTo(alone.Average()).Within(1e-12));
        double variance = alone.Sum(each => Math.Pow(each - alone.Average(), 2)) / 2;
        Assert.That(spread.GetProperty("deviation").GetDouble(), Is.EqualTo(Math.Sqrt(variance)).Within(1e-12));
        Assert.That(seeds.GetProperty("clean").GetProperty("deviation").GetDouble(), Is.Zero);

        Outcome table = Evaluate("--attack", "pgd2", "--seed", "7", "--seeds", "3");
        Assert.That(table.Output, Does.Match(@"(?m)^attack +accuracy +mean of seeds 7 to 9 +standard deviation").And.Match(@"(?m)^clean .* 0\.0 %$"));
    }

    /// <summary>Tensors alone, as the reference saves them, are the network that the checkpoint is.</summary>
    [Test]
    public void Tensors_without_metadata_are_evaluated_as_the_reference_s_network()
    {
        SavedNetworks.Save(folder["dense.safetensors"], _ => { }, isPruned: false);
        Safetensors.Write(folder["tensors"], Safetensors.Read(folder["dense.safetensors"]).Tensors, new Dictionary<string, string>());
        string[] on = ["--samples", "12", "--attack", "fgsm", "--threads", "2"];
        Outcome own = Shell.Run(["evaluate", folder["dense.safetensors"], .. on]);
        Outcome foreign = Shell.Run(
            ["evaluate", folder["tensors"], .. on, "--data", "shapes10", "--timesteps", "2", "--normalise", "0.5,0.5,0.5/0.25,0.25,0.25"]);
        Assert.That(foreign.Code, Is.Zero, foreign.Error);
        Assert.That(foreign.Output, Is.EqualTo(own.Output));
        Assert.That(foreign.Error, Does.Contain("vggmini (vggmini: the reference's)").And.Contain("spiking: ").And.Contain("--leak and --reset say otherwise"));

        // What the user says of the file makes another network of it.
        string[] ledger = ["evaluate", folder["tensors"], .. on, "--data", "shapes10", "--timesteps", "2", "--ledger", folder["foreign.jsonl"]];
        Assert.That(Shell.Run([.. ledger, "--normalise", "0.5,0.5,0.5/0.25,0.25,0.25"]).Code, Is.Zero);
        Outcome other = Shell.Run([.. ledger, "--normalise", "0.5,0.5,0.5/0.25,0.25,0.26", "--resume"]);
        Assert.That(other.Code, Is.EqualTo(ExitCode.BadInput), other.Output);
        Assert.That(other.Error, Does.Contain("'checkpoint'"));

        Outcome silent = Shell.Run(["evaluate", folder["tensors"], .. on, "--data", "shapes10", "--normalise", "none"]);
        Assert.That((silent.Code, silent.Error), Is.EqualTo(
            (ExitCode.BadInput, $"rsnn: {folder["tensors"]}: is a network that was converted (its threshold 'features.2.v_th' is not 1): expected --timesteps with "
                + "the T that it was made for, which no file says\n")));

        Outcome import = Shell.Run("import", folder["tensors"], "--timesteps", "2", "--normalise", "0.5,0.5,0.5/0.25,0.25,0.25", "--out", folder["imported.safetensors"]);
        Assert.That(import.Code, Is.Zero, import.Error);
        Assert.That(Shell.Run(["evaluate", folder["imported.safetensors"], .. on, "--data", "shapes10"]).Output, Is.EqualTo(own.Output));
    }

    private Outcome Evaluate(params string[] options) => Shell.Run(["evaluate", Network, "--samples", "12", "--threads", "2", .. options]);

    private void AssertRefused(string saying, params string[] options)
    {
        Outcome outcome = Evaluate(options);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(saying).And.Not.Contain("   at "));
        Assert.That(outcome.Output, Is.Empty);
    }

    private static double Accuracy(Outcome outcome)
    {
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement.GetProperty("attacks")[0].GetProperty("accuracy").GetDouble();
    }

    private void SaveTwoClasses()
    {
        using var backend = Backends.Open(options: new(1));
        Network ann = Architectures.build("vggmini", 2, new Shape(3, 8, 8), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
        using var model = new SpikingModel(Conversion.toSpiking(ann.Neurons, ann), backend);
        model.Initialise(1);
        foreach (ParameterTensor parameter in model.Parameters.All.Where(each => !each.Specification.Trainable || each.Specification.Kind.IsThreshold))
        {
            parameter.Value.Upload([.. Enumerable.Repeat(0.3f, parameter.Specification.Count)]);
        }

        ModelFile.Save(TwoClasses, model, new ModelInfo("unknown", 2, "finetune_snn"));
    }

    /// <summary>Class folders of two classes with a few small images each.</summary>
    private string TwoColours()
    {
        string root = folder["colours"];
        foreach ((string part, string name) in from part in new[] { "train", "test" } from name in new[] { "dark", "light" } select (part, name))
        {
            string directory = Path.Combine(root, part, name);
            Directory.CreateDirectory(directory);
            for (int i = 0; i < 2; i++)
            {
                byte[] pixels = [.. Enumerable.Range(0, 8 * 8 * 3).Select(at => (byte)((name == "dark" ? 40 : 200) + (at * (i + 1) % 30)))];
                File.WriteAllBytes(Path.Combine(directory, $"{i}.png"), PngWriter.Write(8, 8, 8, PngColour.Colour, pixels));
            }
        }

        return root;
    }
}
