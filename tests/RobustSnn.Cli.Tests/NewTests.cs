using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Experiments.Settings;

namespace RobustSnn.Cli.Tests;

/// <summary><c>rsnn new</c> where nobody can be asked.</summary>
public sealed class NewTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Make() => folder = new TemporaryFolder();

    [TearDown]
    public void Clear() => folder.Dispose();

    [Test]
    public void What_it_writes_runs()
    {
        string file = folder["mine.yaml"];
        Outcome outcome = Shell.Run("new", file, "--data", "shapes10", "--size", "quick", "--sparsity", "0.8", "--epsilon", "2/255");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Output, Does.Contain($"rsnn run {file}"));
        Assert.That(SettingsReader.ReadFile(file).Prune.Sparsity, Is.EqualTo(0.8));
        Assert.That(File.ReadAllText(file), Does.Contain($"#     rsnn run {file} --out runs/shapes10-quick-80"));
        Outcome run = Shell.Run("run", file, "--out", folder["run"], "--set", "stages=[pretrain]", "--set", "pretrain.epochs=0", "--set", "evaluate.samples=20",
            "--set", "data.train_count=100", "--set", "data.validation_count=20", "--set", "evaluate.attacks=[]");
        Assert.That(run.Code, Is.Zero, run.Error);
    }

    [Test]
    public void A_folder_with_images_is_recognised()
    {
        Directory.CreateDirectory(folder["images/train/cat"]);
        Directory.CreateDirectory(folder["images/test/cat"]);
        Outcome outcome = Shell.Run("new", folder["mine.yaml"], "--data", folder["images"], "--size", "small", "--sparsity", "0");
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        DataSettings data = SettingsReader.ReadFile(folder["mine.yaml"]).Data;
        Assert.That((data.Name, data.Directory), Is.EqualTo((DataSetName.Folder, folder["images"])));
    }

    [Test]
    public void What_is_there_stays()
    {
        File.WriteAllText(folder["mine.yaml"], "thesis");
        Outcome outcome = Shell.Run("new", folder["mine.yaml"], "--data", "shapes10", "--size", "quick", "--sparsity", "0.8");
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain("is there already"));
        Assert.That(File.ReadAllText(folder["mine.yaml"]), Is.EqualTo("thesis"));
    }

    [TestCase("expected --data and --size and --sparsity, because there is no terminal to ask in")]
    [TestCase("expected --size and --sparsity,", "--data", "cifar10")]
    [TestCase("did you mean 'cifar10'?", "--data", "cifr10", "--size", "small", "--sparsity", "0.9")]
    [TestCase("did you mean 'small'?", "--data", "cifar10", "--size", "smal", "--sparsity", "0.9")]
    [TestCase("--sparsity: expected a number, found 'half'", "--data", "cifar10", "--size", "small", "--sparsity", "half")]
    [TestCase("--sparsity: expected a number from 0 to below 1", "--data", "cifar10", "--size", "small", "--sparsity", "1")]
    [TestCase("--epsilon: expected a number from 0 to 1", "--data", "cifar10", "--size", "small", "--sparsity", "0", "--epsilon", "8")]
    [TestCase("expected quick or small for shapes10", "--data", "shapes10", "--size", "paper", "--sparsity", "0")]
    public void What_is_missing_or_wrong_is_refused_and_nothing_written(string said, params string[] arguments)
    {
        Outcome outcome = Shell.Run(["new", folder["mine.yaml"], .. arguments]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(outcome.Error, Does.Contain(said));
        Assert.That(Directory.EnumerateFileSystemEntries(folder["."]), Is.Empty);
    }
}
