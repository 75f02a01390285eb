using System.Diagnostics;
using NUnit.Framework;
using RobustSnn.Experiments.Files;

namespace RobustSnn.Cli.Tests;

public sealed class ImportTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_network_is_imported_measured_and_used()
    {
        Write();
        Outcome import = Run("--normalise", "none", "--data", "shapes10", "--samples", "50");
        Assert.That(import.Code, Is.Zero, import.Error);
        Assert.That(import.Output, Does.StartWith("vggmini (vggmini: the reference's), 10,216 values in 17 tensors, 10 classes, images of 3 × 32 × 32"));
        Assert.That(import.Output, Does.Contain("its classes are taken to be, in this order, those of shapes10: "));
        Assert.That(import.Output, Does.Match(@"clean accuracy on 50 test images: \d+\.\d % \("));

        Outcome evaluation = Shell.Run("evaluate", folder["out"], "--attack", "fgsm", "--samples", "50");
        Assert.That(evaluation.Code, Is.Zero, evaluation.Error);
        string clean = import.Output.Split("images: ")[1].Split(" %")[0];
        Assert.That(evaluation.Output, Does.Match($@"(?m)^clean +{clean} %"), "the same network on the same images");

        Assert.That(Shell.Run("inspect", folder["out"]).Output, Does.Contain("stage: imported").And.Contain("data_set: shapes10"));
        Assert.That(Shell.Run("export", folder["out"], folder["back.safetensors"]).Code, Is.Zero);
        Assert.That(
            Safetensors.Read(folder["back.safetensors"]).Tensors.Select(tensor => tensor.Name),
            Is.EquivalentTo(Safetensors.Read(folder["in"]).Tensors.Select(tensor => tensor.Name)));
    }

    [Test]
    public void Without_data_the_checkpoint_does_not_know_what_it_was_trained_on()
    {
        Write();
        Outcome import = Run("--normalise", "0.49,0.48,0.45/0.25,0.24,0.26");
        Assert.That(import.Output, Does.Contain("means 0.49, 0.48, 0.45, deviations 0.25, 0.24, 0.26").And.Not.Contain("accuracy"), import.Error);
        Assert.That(
            Shell.Run("evaluate", folder["out"]).Error, Does.Contain("expected --data with the network's data set").And.Contain("does not say"));
        Assert.That(Shell.Run("evaluate", folder["out"], "--data", "shapes10", "--samples", "20", "--attack", "clean").Code, Is.Zero);
    }

    [TestCase("--normalise", "cifar11", "did you mean 'cifar10'")]
    [TestCase("--normalise", "1,2,3/1,1,0", "three deviations above 0")]
    [TestCase("--normalise", "1,2,x/1,1,1", "three means, a slash")]
    [TestCase("--normalise", "1,1,1/1e-60,1,1", "above 0 in single precision")]
    [TestCase("--normalise", "1e308,1,1/1,1,1", "finite and above 0 in single precision")]
    [TestCase("--normalise", "1,1,1/1,1,1e39", "finite and above 0 in single precision")]
    [TestCase("--as", "vggmin", "did you mean 'vggmini'")]
    [TestCase("--keep", "0.5", "leave --keep out")]
    [TestCase("--size", "0", "expected 1 or more")]
    [TestCase("--data", "cifar11", "expected a folder with a data set")]
    [TestCase("--samples", "5", "--samples: expected with --data")]
    [TestCase("--batch", "7", "--batch: expected with --data")]
    public void Mistakes_leave_no_checkpoint(string option, string value, string saying)
    {
        Write();
        Outcome outcome = option == "--normalise" ? Run(option, value) : Run("--normalise", "none", option, value);
        Assert.That(outcome.Code, Is.EqualTo(2), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(saying));
        Assert.That(File.Exists(folder["out"]), Is.False);
    }

    /// <summary>However the same file is called: nothing of it is lost.</summary>
    [TestCase("in")]
    [TestCase("./folder/../in")]
    [TestCase("link")]
    [TestCase("again/in")]
    [TestCase("hard")]
    public void The_file_that_is_read_is_not_written_over(string output)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("makes links as Unix has them");
        }

        Write();
        Directory.CreateDirectory(folder["folder"]);
        File.CreateSymbolicLink(folder["link"], folder["in"]);
        Directory.CreateSymbolicLink(folder["again"], folder["."]);
        Process.Start("ln", [folder["in"], folder["hard"]]).WaitForExit();
        byte[] before = File.ReadAllBytes(folder["in"]);
        string[] entries = [.. Directory.EnumerateFileSystemEntries(folder["."]).Order()];
        Outcome outcome = Shell.Run("import", folder["in"], "--normalise", "none", "--out", folder[output]);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((2, $"rsnn: {folder[output]}: is {folder["in"]}, which would be lost; expected another name "
            + "for what is written\n")));
        Assert.That(File.ReadAllBytes(folder["in"]), Is.EqualTo(before));
        Assert.That(Directory.EnumerateFileSystemEntries(folder["."]).Order(), Is.EqualTo(entries));
    }

    [Test]
    public void A_checkpoint_is_not_exported_over_itself()
    {
        Write();
        Assert.That(Run("--normalise", "none").Code, Is.Zero);
        File.Move(folder["out"], folder["a.safetensors"]);
        Outcome export = Shell.Run("export", folder["a.safetensors"], folder["a.safetensors"]);
        Assert.That(export.Code, Is.EqualTo(2), export.Output);
        Assert.That(export.Error, Does.Contain("which would be lost"));
        Assert.That(Shell.Run("inspect", folder["a.safetensors"]).Output, Does.Contain("stage: imported"));
    }

    private Outcome Run(params string[] options) => Shell.Run(["import", folder["in"], "--out", folder["out"], .. options]);

    /// <summary>A network of the reference that was never trained.</summary>
    private void Write()
    {
        var random = new Random(1);
        (string Name, int[] Shape)[] tensors =
        [
            .. new[] { (0, 3, 8), (4, 8, 16), (8, 16, 16) }.SelectMany(layer => new (string, int[])[]
            {
                ($"features.{layer.Item1}.weight", [layer.Item3, layer.Item2, 3, 3]),
                ($"features.{layer.Item1 + 1}.weight", [layer.Item3]), ($"features.{layer.Item1 + 1}.bias", [layer.Item3]),
                ($"features.{layer.Item1 + 1}.running_mean", [layer.Item3]), ($"features.{layer.Item1 + 1}.running_var", [layer.Item3]),
            }),
            ("classifier.1.weight", [24, 256]), ("classifier.4.weight", [10, 24]),
        ];
        Safetensors.Write(
            folder["in"],
            [
                .. tensors.Select(tensor => HostTensor.FromFloats(
                    tensor.Name, tensor.Shape, [.. Enumerable.Range(0, tensor.Shape.Aggregate((a, b) => a * b)).Select(_ => random.NextSingle())])),
            ],
            new Dictionary<string, string>());
    }
}
