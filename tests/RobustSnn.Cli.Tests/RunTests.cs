using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Engine.Cpu;
using RobustSnn.Engine;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Tests;

/// <summary>A whole experiment on a few drawn images: unbroken, broken off and resumed, and what is done with its networks.</summary>
public sealed class RunTests
{
    private const string Experiment = """
        base: shapes10-quick
        name: tiny
        data:
          train_count: 96
          test_count: 40
          validation_count: 16
        network:
          architecture: vggmini
          timesteps: 2
        batch_size: 32
        pretrain:
          epochs: 2
          attack_steps: 1
        finetune_ann:
          epochs: 1
          attack_steps: 1
        convert:
          timesteps: 4
          batch_count: 1
          batch_size: 16
        finetune_snn:
          epochs: 2
        evaluate:
          samples: 20
          batch_size: 20
          attacks: [fgsm, pgd2]
        """;

    private TemporaryFolder folder = null!;
    private Outcome unbroken = null!;

    private string ExperimentFile => folder["tiny.yaml"];

    private string Finetuned => Path.Combine(folder["unbroken"], "finetuned-snn.safetensors");

    [OneTimeSetUp]
    public void RunUnbroken()
    {
        folder = new TemporaryFolder();
        File.WriteAllText(ExperimentFile, Experiment);
        unbroken = Shell.Run("run", ExperimentFile, "--out", folder["unbroken"]);
    }

    [OneTimeTearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void It_succeeds() => Assert.That(unbroken.Code, Is.Zero, unbroken.Error);

    [TestCase("ANN")]
    [TestCase("sparse ANN")]
    [TestCase("SNN as converted")]
    [TestCase("SNN finetuned")]
    public void The_table_has_a_row_for(string network) =>
        Assert.That(unbroken.Output, Does.Match($@"(?m)^{network} +[\d.]+ % +[\d.]+ % +[\d.]+ % +[\d,]+ \([\d.]+ %\) +([\d,]+|–)$"));

    [TestCase("network +clean +fgsm +pgd2 +weights kept +spikes an image")]
    [TestCase("pretrain: epoch 2/2")]
    [TestCase("finetune_snn: epoch 2/2")]
    public void It_tells(string pattern) => Assert.That(unbroken.Output, Does.Match(pattern));

    [Test]
    public void Its_report_lies_beside_the_results()
    {
        string report = Path.Combine(folder["unbroken"], "report.html");
        Assert.That(unbroken.Output, Does.Contain($"report: {report}"));
        Assert.That(File.ReadAllText(report), Does.Contain("SNN finetuned").And.Not.Contain("Unfinished."));
    }

    [Test]
    public void A_report_that_cannot_be_written_is_said_and_fails_nothing()
    {
        string copy = folder["without-report"];
        Directory.CreateDirectory(Path.Combine(copy, "report.html"));
        foreach (string file in Directory.GetFiles(folder["unbroken"]).Where(file => !file.EndsWith(".html", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Outcome again = Shell.Run("run", "--resume", "--out", copy);
        Assert.That(again.Code, Is.Zero, again.Error);
        Assert.That(again.Error, Does.Contain("the results are complete, but their report could not be written"));
    }

    [Test]
    public void A_report_goes_where_it_is_asked_for()
    {
        Outcome report = Shell.Run("report", folder["unbroken"], "--out", folder["asked.html"]);
        Assert.That(report.Code, Is.Zero, report.Error);
        Assert.That(report.Output, Does.Match(@"asked\.html: a report of 1 run, [\d.]+ MB"));
    }

    [TestCase("nowhere")]
    [TestCase("tiny.yaml")]
    public void A_report_of_no_run_is_bad_input(string name)
    {
        Outcome report = Shell.Run("report", folder[name]);
        Assert.That(report.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(report.Error, Does.Contain("expected the folder of a run"));
    }

    [Test]
    public void A_folder_with_a_run_is_refused()
    {
        Outcome again = Shell.Run("run", ExperimentFile, "--out", folder["unbroken"]);
        Assert.That(again.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(again.Error, Does.Contain("--resume"));
    }

    [TestCase("pretrain: TRADES")]
    [TestCase("pretrain: epoch 1/2")]
    [TestCase("finetune_snn: epoch 1/2")]
    [TestCase("evaluate: ε")]
    public void Broken_off_and_resumed_is_the_same_bit_for_bit(string lastLine)
    {
        string broken = folder[$"broken-{TestContext.CurrentContext.Test.ID}"];
        using var cancellation = new CancellationTokenSource();
        Outcome first = Shell.Run(cancellation.Token, new Tripwire(lastLine, cancellation), "run", ExperimentFile, "--out", broken);
        Assert.That(first.Code, Is.EqualTo(ExitCode.Interrupted), first.Error);
        Assert.That(first.Error, Does.Contain($"rsnn run --resume --out {broken}"));

        Outcome second = Shell.Run("run", "--resume", "--out", broken);
        Assert.That(second.Code, Is.Zero, second.Error);
        Assert.That(Networks(broken), Is.EqualTo(Networks(folder["unbroken"])));
        Assert.That(Table(broken), Is.EqualTo(Table(folder["unbroken"])));
    }

    [Test]
    public void Settings_and_name_decide_the_folder()
    {
        string before = Environment.CurrentDirectory;
        using var here = new TemporaryFolder();
        Environment.CurrentDirectory = here["."];
        try
        {
            Shell.Run("run", ExperimentFile, "--set", "name=other", "--set", "pretrain.epochs=0", "--set", "finetune_ann.epochs=0",
                "--set", "finetune_snn.epochs=0", "--set", "evaluate.attacks=[]");
            Assert.That(File.Exists(here["runs/other/results.json"]), Is.True);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    [Test]
    public void Export_has_the_same_weights_densely()
    {
        Outcome export = Shell.Run("export", Finetuned, folder["export.safetensors"]);
        Assert.That(export.Code, Is.Zero, export.Error);
        string inspected = Shell.Run("inspect", folder["export.safetensors"]).Output;
        Assert.That(inspected, Does.Match(@"features\.0\.weight +F32 +8 × 3 × 3 × 3 +22 \(10\.2 %\) +864 ").And.Not.Contain("sparse")
            .And.Contain("1,005 (10.0 %) of 10,056 are not zero"));
        Assert.That(Weights(folder["export.safetensors"]), Is.EqualTo(Weights(Finetuned)));

        static IEnumerable<float[]> Weights(string path)
        {
            using var backend = Backends.Open(options: new(1));
            using SpikingModel model = ModelFile.Load(path, backend).Model;
            return [.. model.Parameters.All.Select(parameter => parameter.ToDense())];
        }
    }

    [TestCase(@"(?m)^architecture: vggmini$")]
    [TestCase(@"features\.0\.weight +F32 sparse +8 × 3 × 3 × 3 +22 \(10\.2 %\) +192 ", TestName = "Inspect shows values, indices and shape of a sparse tensor as one")]
    [TestCase(@"features\.2\.v_th +F32 +scalar +– +4 +\d")]
    [TestCase(@"1,005 \(10\.0 %\) of 10,056 are not zero")]
    public void Inspect_shows(string pattern) => Assert.That(Shell.Run("inspect", Finetuned).Output, Does.Match(pattern));

    [Test]
    public void Evaluate_shows_intervals_members_and_spikes()
    {
        Outcome outcome = Shell.Run("evaluate", Finetuned, "--attack", "pgd_ens", "--steps", "1", "--epsilon", "8/255", "--samples", "20", "--batch", "10");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain("20 of 2,000 test images, which is not the whole test set, T = 2, ε = 8/255").And.Match(@"(?m)^clean +[\d.]+ % \([\d.]+ to [\d.]+\)$")
            .And.Contain("pgd1_ens").And.Contain("bptt.STE.1.0").And.Match(@"[\d,]+ spikes an image"));
    }

    [TestCase("--data", "nowhere")]
    [TestCase("--samples", "100000000")]
    public void Evaluate_refuses_what_is_not_there(params string[] arguments) =>
        Assert.That(Shell.Run(["evaluate", Finetuned, .. arguments]).Code, Is.EqualTo(ExitCode.BadInput));

    [Test]
    public void Evaluate_refuses_statistics_that_nobody_estimated()
    {
        Outcome outcome = Shell.Run("evaluate", Path.Combine(folder["unbroken"], "converted.safetensors"), "--attack", "fgsm", "--epsilon", "8/255");
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("BatchNorm statistics"));
    }

    [Test]
    public void Resuming_where_no_run_is_starts_none()
    {
        Outcome outcome = Shell.Run("run", "--resume", "--out", folder["mistyped"]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("there is no run to go on with"));
        Assert.That(Directory.Exists(folder["mistyped"]), Is.False);
    }

    [Test]
    public void A_random_step_of_all_of_epsilon_is_allowed()
    {
        Outcome outcome = Shell.Run("run", ExperimentFile, "--out", folder["whole-step"], "--set", "finetune_snn.random_step=4/255",
            "--set", "pretrain.epochs=0", "--set", "finetune_ann.epochs=0", "--set", "evaluate.attacks=[]");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
    }

    private static Dictionary<string, string> Networks(string run) => Directory.GetFiles(run, "*.safetensors").ToDictionary(
        path => Path.GetFileName(path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    private static IEnumerable<string> Table(string run) => RunResults.Read(Path.Combine(run, "results.json")).Rows
        .Select(row => $"{row.Network} {row.Clean} {string.Join(' ', row.Attacks)} {row.WeightsKept} {row.SpikesPerImage}");

    /// <summary>Interrupts once a line begins so.</summary>
    private sealed class Tripwire(string start, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(start, StringComparison.Ordinal) == true)
            {
                cancellation.Cancel();
            }
        }
    }
}
