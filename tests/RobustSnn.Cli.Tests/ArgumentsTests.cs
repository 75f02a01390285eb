using NUnit.Framework;
using RobustSnn.Cli.Output;

namespace RobustSnn.Cli.Tests;

/// <summary>Help, mistakes and faults: messages and exit codes.</summary>
public sealed class ArgumentsTests
{
    [TestCase("run")]
    [TestCase("evaluate")]
    [TestCase("infer")]
    [TestCase("inspect")]
    [TestCase("export")]
    [TestCase("quantise")]
    [TestCase("conformance")]
    [TestCase("data")]
    [TestCase("data", "fetch")]
    [TestCase("data", "inspect")]
    [TestCase("presets")]
    [TestCase("devices")]
    [TestCase("bench")]
    public void Help_has_an_example(params string[] command)
    {
        Outcome outcome = Shell.Run([.. command, "--help"]);
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Output, Does.Contain($"Example: rsnn {string.Join(' ', command)}"));
    }

    [Test]
    public void Without_arguments_it_shows_three_first_commands()
    {
        Outcome outcome = Shell.Run();
        Assert.That(outcome.Code, Is.Zero);
        Assert.That(outcome.Output, Does.Contain("rsnn doctor").And.Contain("rsnn run shapes10-quick --out runs/first").And.Contain("rsnn new").And.Contain("rsnn --help"));
    }

    [Test]
    public void Version_is_a_number_and_a_commit() =>
        Assert.That(Shell.Run("--version").Output, Does.Match(@"^\d+\.\d+\.\d+, (commit [0-9a-f]{12}|unknown commit)\r?\n$"));

    [TestCase("1.2.3+0123456789abcdef0123", "1.2.3, commit 0123456789ab")]
    [TestCase("1.2.3", "1.2.3, unknown commit")]
    [TestCase("1.2.3+", "1.2.3, unknown commit")]
    public void A_commit_is_shown_as_far_as_it_is_known(string informational, string shown) => Assert.That(ProgramVersion.Of(informational), Is.EqualTo(shown));

    [Test]
    public void A_run_of_nothing_says_what_it_is_and_what_else_could_run_before_it_starts()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Shell.Run("run", "--out", folder["run"], "--set", "data.train_count=1"); // too few: it ends as soon as it has begun
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("so this is shapes10-quick").And.Contain("data.train_count").And.Match(@"(?m)^  shapes10-quick: ").And.Contain("rsnn data fetch svhn").And.Contain("rsnn new"));
    }

    [TestCase("conformance", "conformence", "x")]
    [TestCase("--resume", "run", "--resme")]
    [TestCase("shapes10-quick", "run", "shapes10-quik")]
    [TestCase("epochs", "run", "shapes10-quick", "--set", "pretrain.epoch=3")]
    [TestCase("trades", "bench", "--phase", "trade")]
    [TestCase("vgg16", "bench", "--architecture", "vgg166")]
    [TestCase("p2", "bench", "--architecture", "vggmini", "--spike-rate", "p3")]
    [TestCase("rfgsm", "evaluate", "x.safetensors", "--attack", "rfgms")]
    [TestCase("shapes10", "data", "inspect", "shapes")]
    [TestCase("did you mean 'svhn'?", "data", "fetch", "svnh")]
    [TestCase(" has no command 'evalute': expected one of", "evalute")]
    [TestCase("did you mean 'evaluate'?", "evalute")]
    [TestCase("did you mean 'fetch'?", "data", "fetsh", "cifar10")]
    [TestCase(" run has no option --otu; did you mean '--out'?", "run", "--otu", "x")]
    [TestCase("did you mean '--attack'?", "evaluate", "x.safetensors", "--attak", "fgsm")]
    [TestCase("did you mean '--resolved'?", "presets", "--resloved")]
    [TestCase("did you mean 'tf32'?", "bench", "--precision", "tf23")]
    [TestCase("The nearest is cuda", "bench", "--backend", "cdua")]
    [TestCase("the nearest is p1", "evaluate", "x.safetensors", "--protocol", "p11")]
    [TestCase("did you mean 'epsilon'?", "evaluate", "x.safetensors", "--attack", "pgd10", "--curve", "epsilom")]
    [TestCase("the nearest is restarts", "evaluate", "x.safetensors", "--attack", "pgd10(restart=5)")]
    [TestCase("did you mean 'convert'?", "run", "shapes10-quick", "--start-at", "convrt", "--from", "x.safetensors")]
    [TestCase("did you mean 'pretrain'?", "run", "shapes10-quick", "--set", "stages=[pretrian]")]
    [TestCase("did you mean 'vggmini'?", "run", "shapes10-quick", "--set", "network.architecture=vggmin")]
    [TestCase("did you mean 'cifar10'?", "run", "shapes10-quick", "--set", "data.name=cifra10")]
    [TestCase("did you mean 'shapes10-pruning'?", "sweep", "shapes10-prunning")]
    [TestCase("did you mean 'fish'?", "completion", "fihs")]
    public void A_wrong_name_gets_the_nearest(string nearest, params string[] arguments) => AssertRefused(arguments, nearest);

    [TestCase("--epsilon", "evaluate", "x.safetensors", "--epsilon", "9")]
    [TestCase("--batch", "bench", "--batch", "0")]
    [TestCase("--batch", "bench", "--batch", "many")]
    [TestCase("--spike-rate", "bench", "--architecture", "vggmini", "--spike-rate", "0")]
    [TestCase("--spike-rate", "bench", "--architecture", "vggmini", "--spike-rate", "0.1,1")]
    [TestCase("4, one for each spiking layer", "bench", "--architecture", "vggmini", "--spike-rate", "0.1,0.2")]
    [TestCase("--batch", "infer", "x.safetensors", "--batch", "0")]
    [TestCase("--timesteps", "infer", "x.safetensors", "--timesteps", "-1")]
    [TestCase("nowhere.safetensors", "infer", "nowhere.safetensors")]
    [TestCase("--out", "infer", "x.safetensors", "--out", "nowhere/predictions.csv")]
    [TestCase("--out", "infer", "x.safetensors", "--out", ".")]
    [TestCase("--out", "infer", "x.safetensors", "--out", "")]
    [TestCase("Sparsity", "bench", "--sparsity", "1", "--architecture", "vggmini")]
    [TestCase("--steps", "evaluate", "x.safetensors", "--attack", "fgsm", "--steps", "3")]
    [TestCase("nowhere.safetensors", "inspect", "nowhere.safetensors")]
    [TestCase("nowhere.safetensors", "evaluate", "nowhere.safetensors")]
    [TestCase("nowhere", "conformance", "nowhere")]
    [TestCase("nowhere.yaml", "run", "nowhere.yaml")]
    [TestCase("data.directory", "run", "shapes10-quick", "--data", "anywhere")]
    [TestCase("--out", "run", "shapes10-quick", "--out", "")]
    [TestCase("--out", "run", "--resume", "--out", "")]
    [TestCase("threads", "bench", "--threads", "2147483647")]
    [TestCase("threads", "run", "shapes10-quick", "--threads", "2147483647")]
    [TestCase("--epsilon", "evaluate", "x.safetensors", "--epsilon", "nan")]
    [TestCase("--samples", "evaluate", "x.safetensors", "--samples", "0")]
    [TestCase("--samples", "evaluate", "x.safetensors", "--samples", "-1")]
    [TestCase("seed", "run", "shapes10-quick", "--set", "seed=18446744073709551616")]
    [TestCase("rsnn: 'mnist': expected one of cifar10, cifar100, svhn, tinyimagenet", "data", "fetch", "mnist")]
    [TestCase("rsnn: '': expected a folder with a data set, or one of", "data", "inspect", "")]
    [TestCase("--keep: expected a number, found 'abc'", "import", "x.pth", "--out", "y", "--keep", "abc")]
    [TestCase("--samples: expected a whole number from 1 to 2147483647, found 'abc'", "import", "x.pth", "--out", "y", "--samples", "abc")]
    [TestCase("--samples: expected a whole number from 1 to 2147483647, found '1.5'", "energy", "x.safetensors", "--samples", "1.5")]
    [TestCase("--batch: expected a whole number from 1 to 2147483647, found '99999999999'", "infer", "x.safetensors", "--batch", "99999999999")]
    [TestCase("--sparsity: expected a number, found 'half'", "bench", "--sparsity", "half")]
    [TestCase("--cut: expected a number, found ''", "conformance", "x", "--sparse", "--cut", "")]
    public void A_bad_value_is_refused(string named, params string[] arguments) => AssertRefused(arguments, named);

    [Test]
    public void What_the_system_refuses_is_one_line_and_says_how_to_trace()
    {
        var error = new StringWriter();
        int code = CommandLine.Run(["devices"], new Output.Terminal(new BrokenWriter(), error, isScreen: false));
        Assert.That(code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(error.ToString(), Does.Contain("no space left").And.Contain(CommandLine.TraceVariable).And.Not.Contain("   at ").And.Not.Contain("Exception"));
        Assert.That(error.ToString().TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public void Redirected_output_has_no_control_characters() => Assert.That(Shell.Run("presets").Output, Does.Not.Contain("\u001b"));

    [TestCase("evaluate")]
    [TestCase("inspect")]
    [TestCase("infer")]
    public void A_folder_in_place_of_a_checkpoint_is_refused_with_those_that_it_has(string command)
    {
        using var folder = new TemporaryFolder();
        foreach (string file in new[] { "pruned.safetensors", "finetuned-snn.safetensors", "finetuned-snn.partial.safetensors", "results.json" })
        {
            File.WriteAllText(folder[file], "");
        }

        AssertRefused([command, folder["."]], "give a file in it; it has finetuned-snn.safetensors, pruned.safetensors");
    }

    [TestCase("finetuned-sn.safetensors", "inspect")]
    [TestCase("finetuned-sn.safetensors", "evaluate")]
    [TestCase("finetuned-sn.safetensors", "conformance")]
    [TestCase("finetuned.snn.safetensors", "energy")]
    public void A_mistyped_file_is_refused_with_the_nearest(string name, string command)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["finetuned-snn.safetensors"], "");
        AssertRefused([command, folder[name]], "did you mean 'finetuned-snn.safetensors'?");
    }

    [Test]
    public void A_mistyped_experiment_file_is_refused_with_the_nearest()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["mine.yaml"], "");
        AssertRefused(["run", folder["mien.yaml"]], "did you mean 'mine.yaml'?");
    }

    [Test]
    public void A_mistyped_folder_of_images_is_refused_with_the_nearest()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cifar"]);
        AssertRefused(["data", "inspect", folder["cifra"]], "Did you mean 'cifar'?");
    }

    [Test]
    public void The_folder_of_a_run_in_place_of_an_experiment_is_refused_with_what_goes_on_with_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["experiment.yaml"], "");
        AssertRefused(["run", folder["."]], "rsnn run --resume --out");
    }

    private static void AssertRefused(string[] arguments, string named)
    {
        Outcome outcome = Shell.Run(arguments);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(named).And.Not.Contain("   at ").And.Not.Contain("System.").And.Not.Contain("\\x"));
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("no space left");
    }
}
