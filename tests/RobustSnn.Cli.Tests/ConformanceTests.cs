using System.Text.Json;
using NUnit.Framework;
using RobustSnn.Cli.Output;
using RobustSnn.Conformance.Tests.Golden;
using RobustSnn.Experiments.Files;
using RobustSnn.Experiments.Runs;

namespace RobustSnn.Cli.Tests;

/// <summary>Golden cases, and damaged copies of them.</summary>
public sealed class ConformanceTests
{
    private const string Small = "vggmini-t4-hard.safetensors";
    private const string Pytorch = "resnet20-t4-hard.pth";

    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void The_repositorys_cases_pass()
    {
        Outcome outcome = Shell.Run("conformance", GoldenFolders.Own, "--json");
        JsonElement report = JsonDocument.Parse(outcome.Output).RootElement;
        string[] expected = [.. Directory.GetFiles(GoldenFolders.Own, "*.safetensors").Order(StringComparer.Ordinal)];
        Assert.That(report.GetProperty("cases").EnumerateArray().Select(each => each.GetProperty("path").GetString()), Is.EqualTo(expected));
        Assert.That(outcome.Code, Is.Zero, outcome.Output);
    }

    [Test]
    public void An_archive_of_PyTorchs_passes()
    {
        Outcome outcome = Shell.Run("conformance", GoldenFolders.Require(Pytorch));
        Assert.That(outcome.Code, Is.Zero, outcome.Output);
    }

    [Test]
    public void A_case_of_no_known_kind_is_refused_with_the_nearest()
    {
        TensorFile file = Safetensors.Read(GoldenFolders.Require(Small));
        Safetensors.Write(folder[Small], file.Tensors, new Dictionary<string, string>(file.Metadata) { ["kind"] = "stepz" });
        Outcome outcome = Shell.Run("conformance", folder[Small]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(folder[Small]).And.Contain("'stepz'").And.Contain("nearest is steps"));
    }

    [Test]
    public void A_parameter_that_is_none_fails_the_case()
    {
        Outcome outcome = Shell.Run("conformance", Changed("param.features.2.v_th", values => values[0] = -1));
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match("(?m)^param .* FAIL .*features.2.v_th.*threshold above 0, found -1"));
    }

    [TestCase(new string[0], "545 of 5,448 weights exist")]
    [TestCase(new[] { "--cut", "0.1" }, " of 5,448 weights exist")]
    public void A_sparse_network_agrees_with_a_dense_one(string[] cut, string expected)
    {
        Outcome outcome = Shell.Run(["conformance", GoldenFolders.Require(Small), "--sparse", .. cut]);
        Assert.That(outcome.Code, Is.Zero, outcome.Output);
        Assert.That(outcome.Output, Does.Contain(expected).And.Match("(?m)^trades.after2 .* pass").And.Match("(?m)^apgd.ce .* pass"));
    }

    [TestCase("--cut", "0.1")]
    [TestCase("--sparse", "--cut", "0")]
    [TestCase("--sparse", "--cut", "-1")]
    [TestCase("--sparse", "--cut", "NaN")]
    [TestCase("--sparse", "--cut", "some")]
    public void A_cut_that_means_nothing_is_refused(params string[] options)
    {
        Outcome outcome = Shell.Run(["conformance", ".", .. options]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain("--cut"));
    }

    [TestCase("logits", "logits")]
    [TestCase("param.features.0.weight", "logits")]
    [TestCase("grad_x.bptr", "grad_x.bptr")]
    public void Another_number_fails(string tensor, string group)
    {
        Outcome outcome = Shell.Run("conformance", Changed(tensor, values => values[0] += 0.5f));
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match($@"(?m)^{group} .* FAIL"));
    }

    [Test]
    public void Another_parameter_in_the_pth_file_is_found()
    {
        // Its neighbour's logits are of other weights, its own parameters are intact.
        TensorFile file = Safetensors.Read(GoldenFolders.Require(Path.ChangeExtension(Pytorch, ".safetensors")));
        Safetensors.Write(folder[Path.ChangeExtension(Pytorch, ".safetensors")], [.. file.Tensors.Select(tensor => tensor.Name == "logits"
            ? HostTensor.FromFloats(tensor.Name, tensor.Dimensions, Array.ConvertAll(tensor.ToFloats(), value => value + 1))
            : tensor)], file.Metadata);
        File.Copy(GoldenFolders.Require(Pytorch), folder[Pytorch]);
        Outcome outcome = Shell.Run("conformance", folder[Pytorch]);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.Failed), outcome.Output);
        Assert.That(outcome.Output, Does.Match("(?m)^param .* pass").And.Match("(?m)^logits .* FAIL"));
    }

    [TestCase("net.pt")]
    public void What_the_files_are_called_does_not_matter(string name)
    {
        File.Copy(GoldenFolders.Require(Pytorch), folder[name]);
        File.Copy(GoldenFolders.Require(Path.ChangeExtension(Pytorch, ".safetensors")), folder["net.safetensors"]);
        Assert.That(Shell.Run("conformance", folder[name]).Code, Is.Zero);
    }

    [Test]
    public void A_golden_case_of_another_name_is_read()
    {
        File.Copy(GoldenFolders.Require(Small), folder["case.pth"]);
        Assert.That(Shell.Run("conformance", folder["case.pth"]).Code, Is.Zero);
    }

    [Test]
    public void A_pth_file_without_its_neighbour_is_refused()
    {
        File.Copy(GoldenFolders.Require(Pytorch), folder[Pytorch]);
        AssertRefused(folder[Pytorch], Path.ChangeExtension(Pytorch, ".safetensors"));
    }

    [Test]
    public void A_file_that_breaks_off_is_refused()
    {
        File.WriteAllBytes(folder[Small], File.ReadAllBytes(GoldenFolders.Require(Small))[..1000]);
        AssertRefused(folder[Small], Small);
    }

    [Test]
    public void A_file_of_something_else_is_refused()
    {
        Safetensors.Write(folder["weights.safetensors"], [HostTensor.FromFloats("w", [1], [1])], new Dictionary<string, string>());
        AssertRefused(folder["weights.safetensors"], "architecture");
    }

    [Test]
    public void An_empty_folder_is_refused() => AssertRefused(Directory.CreateDirectory(folder["empty"]).FullName, "empty");

    private static void AssertRefused(string path, string named)
    {
        Outcome outcome = Shell.Run("conformance", path);
        Assert.That(outcome.Code, Is.EqualTo(ExitCode.BadInput), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(named));
    }

    private string Changed(string name, Action<float[]> change)
    {
        TensorFile file = Safetensors.Read(GoldenFolders.Require(Small));
        float[] values = file[name].ToFloats();
        change(values);
        Safetensors.Write(folder[Small], [.. file.Tensors.Select(tensor =>
            tensor.Name == name ? HostTensor.FromFloats(name, tensor.Dimensions, values) : tensor)], file.Metadata);
        return folder[Small];
    }
}
